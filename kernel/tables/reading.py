"""A file as a table: its columns by name, and its rows one after the other."""

import gzip
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO, cast

from django.utils.translation import gettext_noop

from .cells import clean_cell, is_rule
from .columns import TITLES, Columns
from .errors import Unreadable
from .text import CHUNK, rows_of, text_of
from .workbook import sheet_rows

MIB = 1 << 20
GZIP, ZIP, OLD_WORKBOOK = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"

CANNOT = gettext_noop("We couldn't read the file: %(why)s.")
OLD = gettext_noop("This is an old Excel format (.xls). Save it as .xlsx or CSV.")
TOO_LARGE = gettext_noop("The unpacked file is too large. Split it into smaller files.")
EMPTY = gettext_noop("The file is empty.")
TWICE = gettext_noop("The header has duplicate columns: %(names)s.")


@dataclass(frozen=True)
class Limits:
    """`unpacked`: bytes of a gzipped file; `workbook`: bytes of all parts of a workbook, unpacked."""

    unpacked: int | None = None
    workbook: int = 2048 * MIB


UPLOAD = Limits(unpacked=32 * MIB, workbook=32 * MIB)  # for what comes in over the web


class Misfit(list[str]):
    """A row with another number of cells than the header has columns: its cells as they are, one too many at most.
    `said`: how many it has and should have."""

    def __init__(self, cells: Iterable[str], width: int) -> None:
        listed = list(cells)
        self.said = f"{len(listed)} columns instead of {width}"
        super().__init__(listed[: width + 1])


class Table:
    """`header`: the name of each column, "" where it is not known; `unknown`: place → what such a column is called.
    Iterating gives (number of the row, its cells); a row of another width is a Misfit. Blank rows and drawn lines are
    left out."""

    def __init__(self, rows: Iterator[list[str]], columns: Columns, *, padded: bool) -> None:
        self.columns, self._padded = columns, padded
        head: list[list[str]] = []
        for row in rows:
            head.append(row)
            if len(head) > TITLES:
                break
        if not any(any(cell.strip() for cell in row) for row in head):
            raise Unreadable(EMPTY)
        place = columns.find(head)
        if not columns.known(head[place]):  # no header at all: the first row that says anything is named as one
            place = next(index for index, row in enumerate(head) if any(cell.strip() for cell in row))
        cells = _without_tail([clean_cell(cell) for cell in head[place]])
        self.header = [columns.name_of(cell) for cell in cells]
        self.unknown = {at: cell for at, cell in enumerate(cells) if cell and not self.header[at]}
        self._unnamed = [at for at, cell in enumerate(cells) if not cell]
        self._rows, self._first = chain(head[place + 1 :], rows), place + 2
        twice = sorted({name for name in self.header if name and self.header.count(name) > 1})
        if twice:
            raise Unreadable(TWICE, names=", ".join(twice))

    @property
    def missing(self) -> list[str]:
        return [name for name in self.columns.needed if name not in self.header]

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        width = len(self.header)
        for number, row in enumerate(self._rows, start=self._first):
            cells = [clean_cell(cell) for cell in row]
            if len(cells) != width:
                cells = self._fit(cells, width)
            elif self._unnamed and any(cells[at] for at in self._unnamed):
                cells = Misfit([*cells, ""], width)
            if any(cells) and not is_rule(cells):
                yield number, cells

    def _fit(self, cells: list[str], width: int) -> list[str]:
        """A trailing comma is nothing, and a row of a workbook ends with its last cell."""
        filled = _without_tail(cells) if len(cells) > width or self._padded else cells
        if len(filled) > width or (len(filled) < width and len(cells) < width and not self._padded):
            return Misfit(filled, width)
        return [*filled, *[""] * (width - len(filled))]


def _without_tail(cells: list[str]) -> list[str]:
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return cells[:end]


@contextmanager
def open_table(source: Path | BinaryIO, columns: Columns, limits: Limits = Limits()) -> Iterator[Table]:
    """The table in a file: CSV or .xlsx, plain or gzipped. Raises Unreadable, also while its rows are read."""
    with ExitStack() as stack:
        try:
            raw = stack.enter_context(open(source, "rb")) if isinstance(source, Path) else source
            raw = _unpacked(raw, limits, stack)
            start = _start(raw)
            if start.startswith(OLD_WORKBOOK):
                raise Unreadable(OLD)
            if start.startswith(ZIP):
                yield Table(sheet_rows(raw, columns, limits.workbook), columns, padded=True)
            else:
                text = text_of(raw)
                stack.callback(text.detach)  # the file is closed by who has opened it
                yield Table(rows_of(text, columns), columns, padded=False)
        except (OSError, EOFError, zlib.error) as error:
            raise Unreadable(CANNOT, why=getattr(error, "strerror", "") or str(error)) from error


def _start(raw: BinaryIO) -> bytes:
    raw.seek(0)
    start = raw.read(4)
    raw.seek(0)
    return start


def _unpacked(raw: BinaryIO, limits: Limits, stack: ExitStack) -> BinaryIO:
    if not _start(raw).startswith(GZIP):
        return raw
    inner = cast(BinaryIO, stack.enter_context(gzip.GzipFile(fileobj=raw, mode="rb")))
    if limits.unpacked is None and not _start(inner).startswith(ZIP):
        return inner  # read over again where that is needed: a file of any size in constant memory
    spool = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=8 * MIB))  # noqa: SIM115
    size, most = 0, limits.unpacked or limits.workbook
    while chunk := inner.read(CHUNK):
        size += len(chunk)
        if size > most:
            raise Unreadable(TOO_LARGE, too_large=True)
        spool.write(chunk)
    spool.seek(0)
    return cast(BinaryIO, spool)
