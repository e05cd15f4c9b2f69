"""Rows of one order → what is to be stored, or the reason why not. Pure: no database, no clock."""

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from hashlib import sha256

from kernel.money import ZERO, split

from ..machine import Fulfilment, Status
from .columns import HEADER, LINE_COLUMNS, ORDER_COLUMNS, Row, line_cells, order_cells

LARGEST = Decimal("9999999999.99")  # numeric(12, 2)
SHIPPED = (Status.SHIPPED, Status.COMPLETED)
PAID = (Status.PAID, *SHIPPED)
TIMES = ("placed_at", "paid_at", "shipped_at", "delivered_at", "completed_at")
TEXTS = ("order_no", "buyer", "status", "channel", "transaction_no", "courier", "tracking_no")
LENGTHS = {
    "order_no": 64, "buyer": 150, "sku": 64, "title": 240, "spec": 240, "category": 80, "channel": 32,
    "transaction_no": 128, "courier": 64, "tracking_no": 64,
}  # fmt: skip

is_money = re.compile(r"[0-9]{1,10}(\.[0-9]{1,2})?").fullmatch
is_quantity = re.compile(r"[0-9]{1,9}").fullmatch


class BadRow(Exception):
    """`reason` for a person; `row` is its place within the order, None where it is the order's as a whole."""

    def __init__(self, reason: str, row: int | None = None) -> None:
        self.reason, self.row = reason, row
        super().__init__(reason)


@dataclass(slots=True)
class Line:
    sku: str
    title: str
    spec: str
    category: str
    unit_price: Decimal
    quantity: int
    discount: Decimal
    share: Decimal = ZERO

    @property
    def before_order_discount(self) -> Decimal:
        return self.unit_price * self.quantity - self.discount


@dataclass(slots=True)
class Parsed:
    order_no: str
    buyer: str
    status: str
    fulfilment: str
    freight: Decimal
    discount: Decimal
    amount: Decimal
    placed_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    completed_at: datetime | None
    channel: str
    transaction_no: str
    courier: str
    tracking_no: str
    lines: list[Line]
    rows: list[Row]
    fingerprint: str = ""

    @property
    def shipped(self) -> bool:
        return self.status in SHIPPED or (self.status == Status.CLOSED and self.shipped_at is not None)


def parse(rows: list[Row], zone: tzinfo, salt: str = "") -> Parsed:
    """Raises BadRow. `salt` goes into the fingerprint: what the file does not say (shop, currency)."""
    first = order_cells(rows[0]) if len(rows[0]) == len(HEADER) else ()
    lines = [_line(row, first, place) for place, row in enumerate(rows)]
    order = _order(dict(zip(ORDER_COLUMNS, first, strict=True)), lines, zone)
    order.rows = rows
    order.fingerprint = _fingerprint(order, salt)
    return order


def _line(row: Row, first: tuple[str, ...], place: int) -> Line:
    if len(row) != len(HEADER):
        raise BadRow(f"{len(row)} columns instead of {len(HEADER)}", place)
    if place and (cells := order_cells(row)) != first:
        names = [name for name, a, b in zip(ORDER_COLUMNS, cells, first, strict=True) if a != b]
        raise BadRow(f"{', '.join(names)}: not the same in every row of the order", place)
    try:
        return _line_of(*line_cells(row))
    except BadRow as bad:
        raise BadRow(bad.reason, place) from None


def _line_of(sku: str, title: str, spec: str, category: str, unit_price: str, quantity: str, discount: str) -> Line:
    if not sku:
        raise BadRow("sku is missing")
    for name, text in zip(LINE_COLUMNS[:4], (sku, title, spec, category), strict=True):
        _fits(name, text)
    if not is_quantity(quantity) or int(quantity) < 1:
        raise BadRow(f"quantity “{quantity[:20]}” is not a whole number from 1")
    if not unit_price:
        raise BadRow("unit_price is missing")
    line = Line(sku, title or sku, spec, category, _money("unit_price", unit_price), int(quantity), ZERO)
    if discount:
        line.discount = _money("line_discount", discount)
    if not 0 <= line.before_order_discount <= LARGEST or line.unit_price * line.quantity > LARGEST:
        raise BadRow("amounts do not add up: line_discount above unit_price × quantity, or too large")
    return line


def _fits(name: str, text: str) -> None:
    if len(text) > LENGTHS[name]:
        raise BadRow(f"{name} is longer than {LENGTHS[name]} characters")


def _money(name: str, text: str) -> Decimal:
    if not is_money(text):
        raise BadRow(f"{name} “{text[:20]}” is not an amount such as 12.50")
    return Decimal(text)


def _time(name: str, text: str, zone: tzinfo) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadRow(f"{name} “{text[:40]}” is not an ISO 8601 time") from None
    if not 1900 <= at.year <= 9000:  # so that no deadline counted from it leaves the calendar
        raise BadRow(f"{name} “{text[:40]}” is no year of trade")
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _order(cells: dict[str, str], lines: list[Line], zone: tzinfo) -> Parsed:
    for name in ("order_no", "buyer", "placed_at"):
        if not cells[name]:
            raise BadRow(f"{name} is missing")
    for name in ORDER_COLUMNS:
        if name in LENGTHS:
            _fits(name, cells[name])
    freight, discount = (_money(name, cells[name] or "0") for name in ("freight", "order_discount"))
    amount = _share(discount, lines) + freight
    if amount > LARGEST:
        raise BadRow("amounts do not add up: the order is too large")
    times = {name: _time(name, cells[name], zone) for name in TIMES}
    status = _status(cells["status"], times)
    texts = {name: cells[name] for name in TEXTS} | {"status": status}
    order = Parsed(
        **texts, **times, fulfilment=_fulfilment(status, times), lines=lines, rows=[],  # type: ignore[arg-type]
        freight=freight, discount=discount, amount=amount,
    )  # fmt: skip
    _check_facts(order)
    return order


def _share(discount: Decimal, lines: list[Line]) -> Decimal:
    """The order's discount over its lines, frozen now (F-2). Answers what is left to pay for the goods."""
    weights = [line.before_order_discount for line in lines]
    total = sum(weights, ZERO)
    if discount > total:
        raise BadRow("amounts do not add up: order_discount above the lines")
    if discount:
        for line, share in zip(lines, split(discount, weights), strict=True):
            line.share = share
    return total - discount


def _status(text: str, times: dict[str, datetime | None]) -> str:
    if text in Status.values:
        return text
    if text:
        raise BadRow(f"status “{text[:20]}” is none of {', '.join(Status.values)}")
    reached = {"completed_at": Status.COMPLETED, "delivered_at": Status.SHIPPED, "shipped_at": Status.SHIPPED}
    for name, status in (*reached.items(), ("paid_at", Status.PAID)):
        if times[name]:
            return status
    return Status.PENDING_PAYMENT


def _fulfilment(status: str, times: dict[str, datetime | None]) -> str:
    if status == Status.COMPLETED or times["delivered_at"]:
        return Fulfilment.DELIVERED
    return Fulfilment.SHIPPED if status == Status.SHIPPED or times["shipped_at"] else Fulfilment.UNALLOCATED


def _check_facts(order: Parsed) -> None:
    """A status needs the facts that it is made of, and excludes those of a later one."""
    if order.status == Status.PENDING_PAYMENT and (order.paid_at or order.shipped_at or order.completed_at):
        raise BadRow("status pending_payment, but there is a later time")
    if order.status == Status.PAID and (order.shipped_at or order.delivered_at or order.completed_at):
        raise BadRow("status paid, but there is a later time")
    if order.status == Status.SHIPPED and order.completed_at:
        raise BadRow("status shipped, but completed_at is given")
    if order.status == Status.SHIPPED and not order.shipped_at:
        raise BadRow("status shipped, but shipped_at is missing")
    if order.status == Status.COMPLETED and not order.completed_at:
        raise BadRow("status completed, but completed_at is missing")
    if order.status in PAID and not order.paid_at:
        raise BadRow(f"status {order.status}, but paid_at is missing")
    if order.status in PAID and order.amount and not (order.channel and order.transaction_no):
        raise BadRow(f"status {order.status}, but channel or transaction_no is missing")
    if order.status == Status.COMPLETED:
        order.delivered_at = order.delivered_at or order.completed_at  # as when a buyer confirms
    if order.tracking_no and not order.shipped:
        raise BadRow("tracking_no is given, but the order is not shipped")


def _fingerprint(order: Parsed, salt: str) -> str:
    """What the order says, not how it was written: 2.5 and 2.50 are the same, and so is a time in another zone."""
    head = [salt, *(getattr(order, name) for name in TEXTS)]
    head += [str(at.timestamp()) if (at := getattr(order, name)) else "" for name in TIMES]
    head += [str(order.freight.normalize()), str(order.discount.normalize())]
    for x in order.lines:
        head += x.sku, x.title, x.spec, x.category, str(x.unit_price.normalize()), str(x.quantity), str(x.discount.normalize())
    text = "\x1f".join(head)
    if "\x00" in text:
        raise BadRow("NUL characters in the text")
    try:
        return sha256(text.encode()).hexdigest()
    except UnicodeEncodeError:
        raise BadRow("not UTF-8") from None
