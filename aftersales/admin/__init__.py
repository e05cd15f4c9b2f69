"""Pages of the admin site. Django imports this package at start; the imports register the pages."""

from . import reference, tickets, undelivered
from .refunds import paying

__all__ = ["paying", "reference", "tickets", "undelivered"]
