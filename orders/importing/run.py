"""The loop: chunk by chunk, each its own transaction, so that a kill in the middle loses nothing and a
second run goes on where the first ended (what is there already is counted as existing)."""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from time import monotonic
from typing import TextIO

from django.db import DataError, IntegrityError
from django.utils import timezone

from kernel.money import ZERO
from kernel.numbers import comparable

from ..models import Order, Payment
from . import staging
from .checks import check_past
from .columns import FULL, HEADER, REASON, Row
from .parsed import BadRow, Parsed
from .parsing import parse
from .reading import MAX_ORDER_LINES
from .writing import Target, refresh_statistics, write

CHUNK = 5_000  # lines
MANY = 10_000  # lines after which the planner's picture of the tables is out of date

Group = tuple[str, list[Row]]


@dataclass
class Summary:
    orders: int = 0
    lines: int = 0
    existing: int = 0
    rejected: int = 0
    rejected_rows: int = 0
    seconds: float = 0.0
    passed_over: list[str] = field(default_factory=list)  # unknown columns that mean nothing

    def __str__(self) -> str:
        rate = self.lines / max(self.seconds, 0.001)
        return (
            f"{self.orders} orders imported ({self.lines} lines), {self.existing} existing, {self.rejected} rejected"
            f" ({self.rejected_rows} rows); {self.seconds:.1f} s, {rate:.0f} lines/s"
        )


class Rejects:
    """The rejects file: every row of an order that was left out, with the reason. Made with the first row."""

    def __init__(self, path: Path | None, width: int = len(HEADER)) -> None:
        self.path, self.names = path, FULL[:width]
        self.file: TextIO | None = None
        if path is not None:
            path.unlink(missing_ok=True)

    def put(self, rows: list[Row], reason: str, place: int | None = None) -> None:
        if self.path is None:
            return
        if self.file is None:
            # surrogateescape: bytes that are not UTF-8 are written back as they came.
            self.file = open(self.path, "w", newline="", encoding="utf-8", errors="surrogateescape")  # noqa: SIM115
            csv.writer(self.file).writerow((*self.names, REASON))
        writer = csv.writer(self.file)
        for index, row in enumerate(rows):
            why = reason if place in (None, index) else "left out with its order: another of its rows is bad"
            padded = [*row, *[""] * (len(self.names) - len(row))][: len(self.names)]
            writer.writerow((*padded, why))

    def close(self) -> None:
        if self.file is not None:
            self.file.close()


class Import:
    """One run. `step(n)` is called after each chunk with its number of rows."""

    def __init__(self, target: Target, rejects: Rejects, *, dry_run: bool, step: Callable[[int], object]) -> None:
        self.target, self.rejects, self.dry_run, self.step = target, rejects, dry_run, step
        self.summary, self.zone = Summary(), timezone.get_default_timezone()
        self.chunk: list[Parsed] = []
        self.cut: set[str] = set()

    def run(self, groups: Iterable[Group], too_long: Iterable[str] = ()) -> Summary:
        staging.create()
        started, endless, waiting = monotonic(), set(too_long), 0
        for order_no, rows in groups:
            self._take(order_no, rows, order_no in endless)
            waiting += len(rows)
            if waiting >= CHUNK:
                self._flush(waiting)
                waiting = 0
        self._flush(waiting)
        if self.summary.lines >= MANY and not self.dry_run:
            refresh_statistics()
        self.summary.seconds = monotonic() - started
        return self.summary

    def _take(self, order_no: str, rows: list[Row], endless: bool) -> None:
        if endless:
            self._reject(rows, f"an order of more than {MAX_ORDER_LINES} lines")
            self.summary.rejected -= order_no in self.cut  # it comes in pieces, and is one order all the same
            self.cut.add(order_no)
            return
        try:
            order = parse(rows, self.zone, self.target.currency, self.target.salt)
            check_past(order, self.target.now)
            self.chunk.append(order)
        except BadRow as bad:
            self._reject(rows, bad.reason, bad.row)

    def _reject(self, rows: list[Row], reason: str, place: int | None = None) -> None:
        self.summary.rejected += 1
        self.summary.rejected_rows += len(rows)
        self.rejects.put(rows, reason, place)

    def _flush(self, rows: int) -> None:
        self._store(self.chunk)
        self.chunk = []
        self.step(rows)

    def _store(self, chunk: list[Parsed]) -> None:
        """What the database refuses is narrowed down to the order, so that everything else goes in."""
        fresh = self._only_new(chunk)
        if not fresh:
            return
        try:
            if not self.dry_run:
                write(fresh, self.target)
        except (DataError, IntegrityError) as error:
            self._narrow(fresh, error)
        else:
            self.summary.orders += len(fresh)
            self.summary.lines += sum(len(order.lines) for order in fresh)

    def _narrow(self, refused: list[Parsed], error: Exception) -> None:
        # Halving finds one bad order in a chunk of thousands with some two dozen tries.
        half = len(refused) // 2
        if half:
            self._store(refused[:half])
            self._store(refused[half:])
        elif self._only_new(refused):  # and not one that came in by another way meanwhile
            self._reject(refused[0].rows, f"the database refuses it: {str(error).splitlines()[0]}")

    def _only_new(self, chunk: list[Parsed]) -> list[Parsed]:
        # As numbers are compared: what is spelled in two ways is one order.
        numbers = {order.order_no for order in chunk}
        stored = Order.objects.filter(shop=self.target.shop, order_no__same_number_in=numbers)
        known = {comparable(number): (number, mark) for number, mark in stored.values_list("order_no", "fingerprint")}
        fresh: dict[str, Parsed] = {}
        shared: dict[tuple[str, str], Decimal | None] = {}
        for order in chunk:
            key = comparable(order.order_no)
            if key in fresh:
                self._reject(order.rows, f"the same number as {fresh[key].order_no}, spelled in another way")
            elif key not in known:
                if self._fits_its_transaction(order, shared):
                    fresh[key] = order
            elif known[key] == (order.order_no, order.fingerprint):
                self.summary.existing += 1
            else:
                self._reject(order.rows, "an order of this number exists with other content")
        return list(fresh.values())

    def _fits_its_transaction(self, order: Parsed, shared: dict[tuple[str, str], Decimal | None]) -> bool:
        """One transaction that pays several orders never pays more than its shared_total in all, and the orders of one
        shop (contract §5). `shared`: what is recorded for each so far; None: by payments that say otherwise."""
        if order.shared_total is None:
            return True
        transaction = order.channel, comparable(order.transaction_no)
        if transaction not in shared:
            rows = Payment.objects.filter(channel=order.channel, transaction_no__same_number=order.transaction_no)
            stored = list(rows.values_list("shop_id", "shared_total", "captured"))
            agrees = all(row[:2] == (self.target.shop.pk, order.shared_total) for row in stored)
            shared[transaction] = sum((row[2] for row in stored), ZERO) if agrees else None
        paid = shared[transaction]
        if paid is None or paid + order.captured > order.shared_total:
            self._reject(order.rows, "the payments of this transaction do not fit its shared_total")
            return False
        shared[transaction] = paid + order.captured
        return True
