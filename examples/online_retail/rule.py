"""The replay rule: rows of the retail file → orders to import and returns to run. Pure, and streaming but for
what matching has to remember.

A row is skipped, sold or brought back. Sales become rows of the CSV of orders (one order line a row); what is
brought back is matched with the latest earlier line of the same customer, stock code and price that alone
still has so many units left.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from operator import itemgetter
from typing import TextIO
from zoneinfo import ZoneInfo

from kernel.money import CENT
from orders.importing.columns import HEADER, Row

LONDON = ZoneInfo("Europe/London")
COLUMNS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID")


@dataclass(slots=True, frozen=True)
class Entry:
    """One row of the retail file."""

    invoice: str
    stock_code: str
    description: str
    quantity: int
    at: datetime
    price: Decimal
    customer: str

    @property
    def cancels(self) -> bool:
        return self.invoice.startswith("C")

    @property
    def skipped(self) -> str:
        """Why this row does not count, in the order of the rule; empty when it does."""
        if not self.customer:
            return "no customer"
        if self.price <= 0:
            return "no price"
        if self.price != self.price.quantize(CENT):
            return "sub-cent price"
        return "negative sale" if self.quantity <= 0 and not self.cancels else ""


@dataclass(slots=True, frozen=True)
class Return:
    order_no: str
    position: int
    quantity: int
    at: datetime


@dataclass(slots=True)
class Tally:
    rows: int = 0
    returns: int = 0
    matched: int = 0
    unmatched: int = 0
    skipped: Counter[str] = field(default_factory=Counter)


class NotRetail(Exception):
    """One sentence: this is not the file that the rule is for."""


def entries(text: TextIO) -> Iterator[Entry]:
    reader = csv.reader(text)
    header = [name.strip() for name in next(reader, [])]
    if missing := [name for name in COLUMNS if name not in header]:
        raise NotRetail(f"This is not the retail file: its header has no {', '.join(missing)}.")
    pick = itemgetter(*(header.index(name) for name in COLUMNS))
    for number, row in enumerate(reader, start=2):
        if row:
            try:
                yield entry(*pick(row))
            except (IndexError, ValueError, InvalidOperation):
                raise NotRetail(f"Row {number} cannot be read: {', '.join(row)[:200]}") from None


def entry(invoice: str, code: str, description: str, quantity: str, at: str, price: str, customer: str) -> Entry:
    units, amount = int(quantity), Decimal(price or "0")
    return Entry(invoice.strip(), code.strip(), description.strip(), units, moment(at), amount, buyer(customer.strip()))


@lru_cache(maxsize=16)
def moment(text: str) -> datetime:
    """The rows of an invoice share their minute."""
    return datetime.fromisoformat(text.strip()).replace(tzinfo=LONDON)


def buyer(customer: str) -> str:
    """CustomerID is a number that some tool has stored as a float: 17850.0 → c17850."""
    name = customer.removesuffix(".0")
    return f"c{name}" if name else ""


def survey(source: Iterable[Entry]) -> tuple[int, dict[str, int]]:
    """How many rows are sales; and the invoices whose rows do not stand together, with their number of rows."""
    counts: Counter[str] = Counter()
    odd, last = set(), ""
    for row in source:
        if row.skipped or row.cancels:
            continue
        if row.invoice != last and row.invoice in counts:
            odd.add(row.invoice)
        counts[row.invoice] += 1
        last = row.invoice
    return counts.total(), {invoice: counts[invoice] for invoice in odd}


Key = tuple[str, str, Decimal]


class Rule:
    """Iterate `sales(…)` to the end; then `returns` and `tally` are complete."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.returns: list[Return] = []
        self._lines: dict[Key, list[tuple[str, int, int]]] = {}  # (order, position, units left), in file order
        self._orders: dict[str, tuple[int, Row]] = {}  # lines so far, cells of the order

    def sales(self, source: Iterable[Entry]) -> Iterator[Row]:
        for row in source:
            self.tally.rows += 1
            if reason := row.skipped:
                self.tally.skipped[reason] += 1
            elif row.cancels:
                self._bring_back(row)
            else:
                yield self._sell(row)

    def _sell(self, row: Entry) -> Row:
        known = self._orders.get(row.invoice)
        if known is None:
            known = 0, order_cells(row)
        position, cells = known[0] + 1, known[1]
        self._orders[row.invoice] = position, cells
        line = (row.invoice, position, row.quantity)
        self._lines.setdefault((cells[BUYER], row.stock_code, row.price), []).append(line)
        return with_line(cells, row)

    def _bring_back(self, row: Entry) -> None:
        self.tally.returns += 1
        units, lines = abs(row.quantity), self._lines.get((row.customer, row.stock_code, row.price), [])
        for index in reversed(range(len(lines))):
            order_no, position, left = lines[index]
            if left >= units > 0:
                lines[index] = order_no, position, left - units
                self.returns.append(Return(order_no, position, units, row.at))
                self.tally.matched += 1
                return
        self.tally.unmatched += 1


def order_cells(first: Entry) -> Row:
    """A row of the CSV of orders with everything that concerns the order: that of its first row."""
    at = first.at.isoformat()
    cells = {
        "order_no": first.invoice, "placed_at": at, "buyer": first.customer, "channel": "sandbox",
        "transaction_no": f"RETAIL-{first.invoice}", "paid_at": at, "status": "completed", "shipped_at": at,
        "delivered_at": at, "completed_at": at,
    }  # fmt: skip
    return [cells.get(name, "") for name in HEADER]


BUYER, SKU, TITLE, PRICE, QUANTITY = (
    HEADER.index(name) for name in ("buyer", "sku", "title", "unit_price", "quantity")
)


def with_line(cells: Row, row: Entry) -> Row:
    filled = cells.copy()
    filled[SKU], filled[TITLE] = row.stock_code, row.description
    filled[PRICE], filled[QUANTITY] = f"{row.price:.2f}", str(row.quantity)
    return filled
