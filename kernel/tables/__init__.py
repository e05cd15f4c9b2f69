"""One reader for every table that people upload: any encoding, delimiter or wrapper with the same cells is the same
table (contract §6). Knows no column of its own: who reads brings `Columns`. Described in docs/files.md."""

from .cells import clean_cell, read_time, shortened
from .columns import Columns
from .errors import Unreadable
from .reading import UPLOAD, Limits, Misfit, Table, open_table

__all__ = [
    "UPLOAD", "Columns", "Limits", "Misfit", "Table", "Unreadable", "clean_cell", "open_table", "read_time",
    "shortened",
]  # fmt: skip
