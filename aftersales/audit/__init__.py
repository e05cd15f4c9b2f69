"""Every stored total recomputed from its parts, set-based. `run()` yields what differs."""

from .run import CHECKS, Difference, run

__all__ = ["CHECKS", "Difference", "run"]
