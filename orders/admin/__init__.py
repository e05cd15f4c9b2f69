"""Pages of the admin site. Django imports this package at start; the imports register the pages."""

from . import orders, warranty

__all__ = ["orders", "warranty"]
