"""Pages of the admin site. Django imports this package at start; the imports register the pages."""

from . import reference, tickets, undelivered
from .refunds import payables, paying

__all__ = ["payables", "paying", "reference", "tickets", "undelivered"]
