"""Rows of one order → what is to be stored, or the reason why not. Pure: no database, no clock."""

import re
from datetime import datetime, tzinfo
from decimal import Decimal

from kernel.money import ZERO, split

from ..machine import Fulfilment, Status
from .checks import TEXTS, TIMES, check_facts, fingerprint
from .columns import HEADER, LINE_COLUMNS, ORDER_COLUMNS, Row, line_cells, order_cells
from .parsed import BadRow, Line, Parsed

MAX_AMOUNT = Decimal("9999999999.99")  # numeric(12, 2)
STATUSES = tuple(Status.values)
LENGTHS = {
    "order_no": 64, "buyer": 150, "sku": 64, "title": 240, "spec": 240, "category": 80, "channel": 32,
    "transaction_no": 128, "courier": 64, "tracking_no": 64,
}  # fmt: skip

# [0-9], because \d also takes the digits of other scripts.
is_money = re.compile(r"[0-9]{1,10}(\.[0-9]{1,2})?").fullmatch
is_quantity = re.compile(r"[0-9]{1,9}").fullmatch


def parse(rows: list[Row], zone: tzinfo, salt: str = "") -> Parsed:
    """Raises BadRow. `salt` goes into the fingerprint: what the file does not say (shop, currency)."""
    first = order_cells(rows[0]) if len(rows[0]) == len(HEADER) else ()
    lines = [_line(row, first, place) for place, row in enumerate(rows)]
    order = _order(dict(zip(ORDER_COLUMNS, first, strict=True)), lines, zone)
    order.rows = rows
    order.fingerprint = fingerprint(order, salt)
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
    if not 0 <= line.before_order_discount <= MAX_AMOUNT or line.unit_price * line.quantity > MAX_AMOUNT:
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
    if amount > MAX_AMOUNT:
        raise BadRow("amounts do not add up: the order is too large")
    times = {name: _time(name, cells[name], zone) for name in TIMES}
    status = _status(cells["status"], times)
    texts = {name: cells[name] for name in TEXTS} | {"status": status}
    order = Parsed(
        **texts, **times, fulfilment=_fulfilment(status, times), lines=lines, rows=[],  # type: ignore[arg-type]
        freight=freight, discount=discount, amount=amount,
    )  # fmt: skip
    check_facts(order)
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
    if text in STATUSES:
        return text
    if text:
        raise BadRow(f"status “{text[:20]}” is none of {', '.join(STATUSES)}")
    reached = {"completed_at": Status.COMPLETED, "delivered_at": Status.SHIPPED, "shipped_at": Status.SHIPPED}
    for name, status in (*reached.items(), ("paid_at", Status.PAID)):
        if times[name]:
            return status
    return Status.PENDING_PAYMENT


def _fulfilment(status: str, times: dict[str, datetime | None]) -> str:
    if status == Status.COMPLETED or times["delivered_at"]:
        return Fulfilment.DELIVERED
    return Fulfilment.SHIPPED if status == Status.SHIPPED or times["shipped_at"] else Fulfilment.UNALLOCATED
