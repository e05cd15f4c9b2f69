"""A bill into the temporary tables `bill_line` and `fee_line`, a chunk at a time: constant memory, however long the
file is."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from operator import attrgetter
from pathlib import Path

from django.db import connection

from kernel.tables import Misfit, Table, Unreadable, open_table

from .formats import FORMATS, Cells, Fee, Format, Line

Entry = Line | Fee
TABLES: dict[type[Entry], str] = {Line: "bill_line", Fee: "fee_line"}
COLUMNS = {kind: [column.name for column in fields(kind)] for kind in TABLES}
_VALUES = {kind: attrgetter(*columns) for kind, columns in COLUMNS.items()}
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


def lines_of(path: Path, bill: Format, bad: BadRows, read: Callable[[int], object]) -> Iterator[Entry]:
    """The refunds and the fees of the bill; `read` counts every row."""
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
            yield from _read(bill, number, dict(zip(names, cells, strict=True)), bad)


def _read(bill: Format, number: int, cells: Cells, bad: BadRows) -> Iterator[Entry]:
    """One fault a row. A refund whose fee cannot be read is compared all the same."""
    readers: tuple[Callable[[Cells], Entry | None], ...] = (bill.read, bill.fee)
    for read in readers:
        try:
            entry = read(cells)
        except ValueError as error:
            bad.add(number, str(error))
            return
        if entry:
            yield entry


def create() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bill_line, fee_line")
        cursor.execute(
            "CREATE TEMP TABLE bill_line (seq serial, number text, line_id text, transaction_no text, amount numeric,"
            " currency text, at timestamptz, paid boolean, came_back boolean)"
        )
        cursor.execute(
            "CREATE TEMP TABLE fee_line (seq serial, line_id text, number text, transaction_no text, charge_no text,"
            " amount numeric, currency text, at timestamptz)"
        )


def copy(entries: Iterator[Entry]) -> None:
    out = {kind: io.StringIO() for kind in TABLES}
    write = {kind: csv.writer(text).writerow for kind, text in out.items()}
    for entry in entries:
        kind = type(entry)
        write[kind](_VALUES[kind](entry))
        if out[kind].tell() > CHUNK:
            _flush(kind, out[kind])
    for kind, text in out.items():
        _flush(kind, text)


def _flush(kind: type[Entry], out: io.StringIO) -> None:
    out.seek(0)
    with connection.cursor() as cursor:
        columns = ", ".join(COLUMNS[kind])
        cursor.copy_expert(
            f"COPY {TABLES[kind]} ({columns}) FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL ({columns}))", out
        )
    out.seek(0)
    out.truncate()
