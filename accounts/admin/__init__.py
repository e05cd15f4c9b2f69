"""Pages of the admin site. Django imports this package at start; the imports register the pages."""

from . import people, shops

__all__ = ["people", "shops"]
