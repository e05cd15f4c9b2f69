"""A file of any size as orders: two passes, neither of which keeps more than a chunk.

The first counts (for the bar) and finds orders whose rows do not stand together; the second yields each
order once, whole. Only the rows of scattered orders are kept until their last one has come.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from typing import TextIO

from django.db import connection

from .columns import HEADER, REASON, Row

MAX_ORDER_LINES = 10_000  # lines; more is a broken file, and would not fit into constant memory
MAX_SCATTERED = 50_000  # rows of orders that do not stand together


class Unreadable(Exception):
    """One sentence for a person: nothing of this file can be imported."""


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """The text of a plain or gzipped file. Bytes that are not UTF-8 survive as lone surrogates, for the rejects."""
    try:
        with open(path, "rb") as raw:
            zipped = raw.read(2) == b"\x1f\x8b"
        opener = gzip.open if zipped else open
        # utf-8-sig: Excel writes a byte order mark, which would become part of the first column's name.
        with opener(path, "rt", encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
            yield text
    except (OSError, EOFError, zlib.error) as error:
        raise Unreadable(f"{path} cannot be read: {getattr(error, 'strerror', '') or error}.") from error
    except csv.Error as error:
        raise Unreadable(f"{path} is no CSV: {error}.") from error


def rows_of(text: TextIO) -> Iterator[Row]:
    """The cells of every row in the order of HEADER; a row of the wrong length as it is."""
    reader = csv.reader(text)
    columns = [name.strip().lower() for name in next(reader, [])]
    _check_header(columns)
    width, sort = len(columns), itemgetter(*(columns.index(name) for name in HEADER))
    for row in reader:
        if row:
            cells = [cell.strip() for cell in row]
            # One cell too many is enough for the reason; a broken line may have millions.
            yield list(sort(cells)) if len(cells) == width else cells[: width + 1]


def _check_header(columns: list[str]) -> None:
    missing = [name for name in HEADER if name not in columns]
    unknown = [name for name in columns if name not in HEADER and name != REASON]
    if missing or unknown or len(set(columns)) < len(columns):
        parts = [f"without {', '.join(missing)}"] if missing else []
        parts += [f"with unknown {', '.join(name[:40] for name in unknown[:5])}"] if unknown else []
        what = "; ".join(parts) or "a column twice"
        raise Unreadable(f"The header is wrong ({what}). It has to be: {','.join(HEADER)}.")


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
