"""The ledger as an accountant books it: entries of a span of days, as CSV or as a workbook (docs/ledger.md)."""

from .entries import Period, count, entries, header, totals
from .files import write

__all__ = ["Period", "count", "entries", "header", "totals", "write"]
