"""Rows of one order → what is to be stored, or the reason why not. Pure: no database, no clock."""

import re
from datetime import datetime, tzinfo
from decimal import Decimal

from kernel.money import TOO_FINE, ZERO, places, split, unit_of
from kernel.numbers import fault_of, trimmed
from kernel.tables import Misfit, read_time, shortened

from ..machine import Fulfilment, Status
from .checks import TEXTS, TIMES, check_facts, fingerprint
from .columns import (
    FULL,
    HEADER,
    LINE_COLUMNS,
    ORDER_COLUMNS,
    ORDER_OPTIONAL,
    Row,
    line_cells,
    line_optional_cells,
    optional_cells,
    order_cells,
)
from .parsed import BadRow, Line, Parsed
from .sums import Stated, add_payments, give_back

MAX_AMOUNT = Decimal("9999999999.99")  # numeric(12, 2)
STATUSES = tuple(Status.values)
LENGTHS = {
    "order_no": 64, "buyer": 150, "sku": 64, "title": 240, "spec": 240, "category": 80, "channel": 32,
    "transaction_no": 128, "courier": 64, "tracking_no": 64,
}  # fmt: skip
OPTIONAL_LENGTHS = {
    "receiver_name": 120, "receiver_phone": 40, "receiver_address": 400, "channel_2": 32, "transaction_no_2": 128,
}  # fmt: skip
ENGLISH_LENGTHS = {"title_en": 240, "spec_en": 240}

NUMBERS = ("order_no", "sku", "transaction_no", "tracking_no", "transaction_no_2")
RECEIVER = ("receiver_name", "receiver_phone", "receiver_address")
IN_ADDRESSES = ("order_no", "sku")
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")

# [0-9], because \d also takes the digits of other scripts.
is_money = re.compile(r"[0-9]{1,10}(\.[0-9]{1,2})?").fullmatch
is_currency = re.compile(r"[A-Z]{3}").fullmatch
is_quantity = re.compile(r"[0-9]{1,9}").fullmatch


def parse(rows: list[Row], zone: tzinfo, currency: str, salt: str = "") -> Parsed:
    """Raises BadRow. `currency`: where the file names none. `salt` goes into the fingerprint: what the file does not
    say (shop, currency)."""
    first, optional = _head(rows[0]), _optional(rows[0])
    cells = dict(zip(ORDER_COLUMNS, first, strict=True)) if first else {}
    cells |= dict(zip(ORDER_OPTIONAL, optional, strict=True)) if optional else dict.fromkeys(ORDER_OPTIONAL, "")
    currency = _currency(cells["currency"]) or currency
    if currency in TOO_FINE:
        raise BadRow(f"amounts in {currency} have more than two decimals and cannot be stored")
    lines = [_line(row, (*first, *optional), place, currency) for place, row in enumerate(rows)]
    order = _order(_clean(cells), lines, zone, currency)
    order.rows = rows
    order.fingerprint = fingerprint(order, salt, {name: cells[name] for name in ORDER_OPTIONAL})
    return order


def _head(row: Row) -> tuple[str, ...]:
    return order_cells(row) if len(row) >= len(HEADER) else ()


def _optional(row: Row) -> tuple[str, ...]:
    return optional_cells(row) if len(row) == len(FULL) else ()


def _currency(text: str) -> str:
    if text and not is_currency(text):
        raise BadRow(f"currency “{text[:20]}” is no ISO 4217 code such as CNY")
    return text


def _line(row: Row, first: tuple[str, ...], place: int, currency: str) -> Line:
    if isinstance(row, Misfit):
        raise BadRow(row.said, place)
    if len(row) not in (len(HEADER), len(FULL)):
        raise BadRow(f"{len(row)} columns instead of {len(HEADER)}", place)
    if place and (cells := (*_head(row), *_optional(row))) != first:
        pairs = zip(ORDER_COLUMNS + ORDER_OPTIONAL, cells, first, strict=False)
        names = [name for name, a, b in pairs if a != b]
        raise BadRow(f"{', '.join(names)}: not the same in every row of the order", place)
    refunded, title_en, spec_en = line_optional_cells(row) if len(row) == len(FULL) else ("", "", "")
    try:
        line = _line_of(currency, **_clean(dict(zip(LINE_COLUMNS, line_cells(row), strict=True))))
        line.refunded = line.stated = _money("line_refunded_amount", refunded or "0", currency)
        for name, text in (("title_en", title_en), ("spec_en", spec_en)):
            _fits(name, text)
        line.title_en, line.spec_en = title_en, spec_en
    except BadRow as bad:
        raise BadRow(bad.reason, place) from None
    return line


def _clean(cells: dict[str, str]) -> dict[str, str]:
    """Numbers as they are kept: trimmed, with nothing in them that nobody sees or that breaks an address."""
    for name in NUMBERS:
        if not (text := cells.get(name)):
            continue
        if shortened(text):
            raise BadRow(f"{name} “{text[:40]}” was shortened by a spreadsheet: make the column text")
        cells[name] = trimmed(text)
        # Bytes that are no text are named by the fingerprint, which reads every column.
        if not _NO_TEXT.search(text) and fault_of(cells[name], in_address=name in IN_ADDRESSES):
            what = "“/”, “.” or “..”" if cells[name].isprintable() else "characters that cannot be printed"
            raise BadRow(f"{name} “{ascii(text)[1:41]}” has {what}")
    return cells


def _line_of(
    currency: str, sku: str, title: str, spec: str, category: str, unit_price: str, quantity: str, line_discount: str
) -> Line:
    if not sku:
        raise BadRow("sku is missing")
    for name, text in zip(LINE_COLUMNS[:4], (sku, title, spec, category), strict=True):
        _fits(name, text)
    if not is_quantity(quantity) or int(quantity) < 1:
        raise BadRow(f"quantity “{quantity[:20]}” is not a whole number from 1")
    if not unit_price:
        raise BadRow("unit_price is missing")
    line = Line(sku, title or sku, spec, category, _money("unit_price", unit_price, currency), int(quantity), ZERO)
    if line_discount:
        line.discount = _money("line_discount", line_discount, currency)
    if not 0 <= line.before_order_discount <= MAX_AMOUNT or line.unit_price * line.quantity > MAX_AMOUNT:
        raise BadRow("amounts do not add up: line_discount above unit_price × quantity, or too large")
    return line


def _fits(name: str, text: str) -> None:
    if len(text) > (most := (LENGTHS | OPTIONAL_LENGTHS | ENGLISH_LENGTHS)[name]):
        raise BadRow(f"{name} is longer than {most} characters")


def _money(name: str, text: str, currency: str) -> Decimal:
    if not is_money(text):
        raise BadRow(f"{name} “{text[:20]}” is not an amount such as 12.50")
    # Zeros too, as in the API (contract §4): “100.00” yen may have been meant as one yen or as a hundred.
    if "." in text and not places(currency):
        raise BadRow(f"{name} “{text[:20]}” has decimals, and {currency} has none")
    return Decimal(text)


def _time(name: str, text: str, zone: tzinfo) -> datetime | None:
    if not text:
        return None
    try:
        at = read_time(text)
    except ValueError:
        raise BadRow(f"{name} “{text[:40]}” is not an ISO 8601 time") from None
    if not 1900 <= at.year <= 9000:  # so that no deadline counted from it leaves the calendar
        raise BadRow(f"{name} “{text[:40]}” is no year of trade")
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _order(cells: dict[str, str], lines: list[Line], zone: tzinfo, currency: str) -> Parsed:
    for name in ("order_no", "buyer", "placed_at"):
        if not cells[name]:
            raise BadRow(f"{name} is missing")
    for name in (*(name for name in ORDER_COLUMNS if name in LENGTHS), *OPTIONAL_LENGTHS):
        _fits(name, cells[name])
    names = ("freight", "order_discount", "points_deduction")
    freight, discount, points = (_money(name, cells[name] or "0", currency) for name in names)
    unit = unit_of(currency)
    amount = _share(discount, lines, unit) - _share_points(points, lines, unit) + freight
    if amount > MAX_AMOUNT:
        raise BadRow("amounts do not add up: the order is too large")
    times = {name: _time(name, cells[name], zone) for name in TIMES}
    status = _status(cells["status"], times)
    texts = {name: cells[name] for name in (*TEXTS, *RECEIVER)} | {"status": status, "currency": currency}
    order = Parsed(
        **texts, **times, fulfilment=_fulfilment(status, times), lines=lines, rows=[],  # type: ignore[arg-type]
        freight=freight, discount=discount, points_deduction=points, amount=amount,
    )  # fmt: skip
    check_facts(order)
    _add_money(order, cells, currency)
    return order


def _add_money(order: Parsed, cells: dict[str, str], currency: str) -> None:
    names = ("amount", "amount_2", "shared_total", "refunded_amount")
    stated = Stated(*(_money(name, cells[name], currency) if cells[name] else None for name in names))
    add_payments(order, cells, stated)
    give_back(order, stated.refunded_amount, unit_of(currency))


def _share(discount: Decimal, lines: list[Line], unit: Decimal) -> Decimal:
    """The order's discount over its lines, frozen now (F-2). Answers what is left to pay for the goods."""
    weights = [line.before_order_discount for line in lines]
    total = sum(weights, ZERO)
    if discount > total:
        raise BadRow("amounts do not add up: order_discount above the lines")
    if discount:
        for line, share in zip(lines, split(discount, weights, unit), strict=True):
            line.share = share
    return total - discount


def _share_points(points: Decimal, lines: list[Line], unit: Decimal) -> Decimal:
    """The points deduction over what each line has left after the discount (contract §5). Answers the deduction."""
    weights = [line.paid for line in lines]
    if points > sum(weights, ZERO):
        raise BadRow("amounts do not add up: points_deduction above the lines")
    if points:
        for line, share in zip(lines, split(points, weights, unit), strict=True):
            line.points_share = share
    return points


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
