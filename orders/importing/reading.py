"""A file of any size as orders: two passes, neither of which keeps more than a chunk.

The first counts (for the bar) and finds orders whose rows do not stand together; the second yields each
order once, whole. Only the rows of scattered orders are kept until their last one has come.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path

from django.db import connection

from kernel.tables import Misfit, Table, Unreadable, open_table

from .columns import COLUMNS, FULL, HEADER, OPTIONAL, Row
from .unknown import Unknown

MAX_ORDER_LINES = 10_000  # lines; more is a broken file, and would not fit into constant memory
MAX_SCATTERED = 50_000  # rows of orders that do not stand together


@contextmanager
def opened(path: Path) -> Iterator[Table]:
    """The table of a file, with the name of the file in what is wrong with it."""
    try:
        with open_table(path, COLUMNS) as table:
            check_header(table)
            yield table
    except Unreadable as error:
        raise Unreadable("%(said)s", said=f"{path}: {error}") from error


def width_of(table: Table) -> int:
    """How many cells the rows of the table have: those of HEADER, or of FULL where it has an optional column."""
    return len(FULL) if any(name in OPTIONAL for name in table.header) else len(HEADER)


def rows_of(table: Table, unknown: Unknown | None = None) -> Iterator[Row]:
    """The cells of every row in the order of HEADER and FULL; a row of the wrong length as it is."""
    names = FULL[: width_of(table)]
    # The cell that is added to each row stands for every column that the table does not have.
    sort = itemgetter(*(table.header.index(name) if name in table.header else -1 for name in names))
    for number, cells in table:
        if isinstance(cells, Misfit):
            yield cells
            continue
        if unknown is not None and unknown.names:
            unknown.look(number, cells)
        yield list(sort([*cells, ""]))


def check_header(table: Table) -> None:
    if table.missing:
        missing = ", ".join(table.missing)
        raise Unreadable(
            "The header is wrong (without %(missing)s). It has to be: %(header)s. Other names that are understood:"
            " %(names)s.",
            missing=missing, header=",".join(HEADER), names=COLUMNS.listed(table.missing),
        )  # fmt: skip


class Survey:
    """What the first pass saw: `rows` in all, `scattered` order numbers with their row counts, `too_long` ones."""

    def __init__(self, rows: Iterable[Row]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS import_run")
            cursor.execute("CREATE TEMP TABLE import_run (order_no text, rows integer)")
            self.rows = _copy_runs(cursor, rows)
            cursor.execute(
                "SELECT order_no, sum(rows) FROM import_run GROUP BY order_no"
                " HAVING count(*) > 1 OR sum(rows) > %s LIMIT %s",
                [MAX_ORDER_LINES, MAX_SCATTERED],
            )
            odd: dict[str, int] = dict(cursor.fetchall())
            cursor.execute("DROP TABLE import_run")
        self.too_long = {no for no, count in odd.items() if count > MAX_ORDER_LINES}
        self.scattered = {no: count for no, count in odd.items() if no not in self.too_long}
        if sum(self.scattered.values()) > MAX_SCATTERED:
            raise Unreadable("The rows of too many orders do not stand together. Sort the file by order_no.")


def _copy_runs(cursor: object, rows: Iterable[Row]) -> int:
    total, run, last, out = 0, 0, "", io.StringIO()
    writer = csv.writer(out)

    def flush(limit: int) -> None:
        if out.tell() > limit:
            out.seek(0)
            cursor.copy_expert("COPY import_run FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL (order_no))", out)  # type: ignore[attr-defined]
            out.seek(0)
            out.truncate()

    for row in rows:
        total += 1
        if row[0] != last:
            if last:
                writer.writerow((_key(last), run))
                # 64 KiB a COPY, so that memory stays the same however long the file is.
                flush(1 << 16)
            last, run = row[0], 0
        run += 1
    if last:
        writer.writerow((_key(last), run))
    flush(0)
    return total


def _key(order_no: str) -> str:
    """Fit for the database; a number that this changes is bad anyway."""
    return order_no[:200].replace("\x00", "?").encode(errors="replace").decode()


def group(rows: Iterable[Row], scattered: Mapping[str, int]) -> Iterator[tuple[str, list[Row]]]:
    """(order number, all of its rows). An order longer than MAX_ORDER_LINES comes in pieces of that size."""
    waiting: dict[str, list[Row]] = {}
    current: list[Row] = []
    for row in rows:
        if current and (row[0] != current[0][0] or len(current) >= MAX_ORDER_LINES):
            yield current[0][0], current
            current = []
        if row[0] not in scattered:
            current.append(row)
            continue
        buffered = waiting.setdefault(row[0], [])
        buffered.append(row)
        if len(buffered) == scattered[row[0]]:
            yield row[0], waiting.pop(row[0])
    if current:
        yield current[0][0], current
