"""A bill into the temporary table `bill_line`, a chunk at a time: constant memory, however long the file is."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection

from kernel.tables import Misfit, Table, Unreadable, open_table

from .formats import FORMATS, Cells, Format, Line

COLUMNS = ("number", "line_id", "transaction_no", "amount", "currency", "at", "paid", "came_back")
CHUNK = 1 << 18  # characters of one COPY
MAX_LISTED = 100  # bad rows that are named one by one
# Where the rows of WeChat's bill end and its sums begin.
SUMS = "总交易单数"
OTHER = "No bill that is known. Its header has to have the columns of one of these: %(formats)s."
BY_NAME = {each.channel: each for each in FORMATS}


@dataclass
class BadRows:
    """`listed`: the first ones, as “row 7: …”."""

    count: int = 0
    listed: list[str] = field(default_factory=list)

    def add(self, row: int, fault: str) -> None:
        self.count += 1
        if self.count <= MAX_LISTED:
            self.listed.append(f"row {row}: {fault}")


def format_of(path: Path) -> Format:
    """By the names of its columns. Raises Unreadable."""
    for each in FORMATS:
        with _opened(path, each) as table:
            if not table.missing:
                return each
    names = "; ".join(f"{each.channel} ({', '.join(each.columns.needed)})" for each in FORMATS)
    raise Unreadable(OTHER, formats=names)


@contextmanager
def _opened(path: Path, bill: Format) -> Iterator[Table]:
    with open_table(path, bill.columns) as table:
        yield table


def lines_of(path: Path, bill: Format, bad: BadRows, read: Callable[[int], object]) -> Iterator[Line]:
    """The refunds of the bill; `read` counts every row."""
    with _opened(path, bill) as table:
        names = table.header
        for number, cells in table:
            read(1)
            if cells[0].startswith(SUMS):
                return
            if cells[0].startswith("#"):  # Alipay's remarks around the table
                continue
            if isinstance(cells, Misfit):
                bad.add(number, cells.said)
                continue
            if line := _read(bill, number, dict(zip(names, cells, strict=True)), bad):
                yield line


def _read(bill: Format, number: int, cells: Cells, bad: BadRows) -> Line | None:
    try:
        return bill.read(cells)
    except ValueError as error:
        bad.add(number, str(error))
        return None


def create() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bill_line")
        cursor.execute(
            "CREATE TEMP TABLE bill_line (seq serial, number text, line_id text, transaction_no text, amount numeric,"
            " currency text, at timestamptz, paid boolean, came_back boolean)"
        )


def copy(lines: Iterator[Line]) -> None:
    out = io.StringIO()
    write = csv.writer(out).writerow
    for line in lines:
        write([getattr(line, name) for name in COLUMNS])
        if out.tell() > CHUNK:
            _flush(out)
    _flush(out)


def _flush(out: io.StringIO) -> None:
    out.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY bill_line ({', '.join(COLUMNS)}) FROM STDIN WITH (FORMAT csv)", out)
    out.seek(0)
    out.truncate()
