"""Pages of the admin site. Django imports this package at start; the imports register the pages."""

from . import parcels, pickups

__all__ = ["parcels", "pickups"]
