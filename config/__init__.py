"""The wiring of the project. The version is kept here and nowhere else."""

__version__ = "0.2.0"
