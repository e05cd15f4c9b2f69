"""Does the order make sense as a whole, and is it the one that is there already? Pure."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from itertools import combinations

from ..machine import Status
from .parsed import BadRow, Line, Parsed

PAID = (Status.PAID, Status.SHIPPED, Status.COMPLETED)
TEXTS = ("order_no", "buyer", "status", "channel", "transaction_no", "courier", "tracking_no")
TIMES = ("placed_at", "paid_at", "shipped_at", "delivered_at", "completed_at")

# Each before the other; a time that is not known is passed over.
ORDERED = (
    ("placed_at", "paid_at"), *combinations(("placed_at", "shipped_at", "delivered_at", "completed_at"), 2),
)  # fmt: skip


def check_facts(order: Parsed) -> None:
    """A status needs the facts that it is made of, and excludes those of a later one."""
    if order.status == Status.PENDING_PAYMENT and any(getattr(order, name) for name in TIMES[1:]):
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
    if order.status == Status.CLOSED and not order.shipped_at and (order.delivered_at or order.completed_at):
        raise BadRow("status closed, but there is a later time and shipped_at is missing")
    check_sequence(order)
    if order.status == Status.COMPLETED:
        order.delivered_at = order.delivered_at or order.completed_at  # as when a buyer confirms
    if order.tracking_no and not order.shipped:
        raise BadRow("tracking_no is given, but the order is not shipped")


def check_sequence(order: Parsed) -> None:
    for before, after in ORDERED:
        earlier, later = getattr(order, before), getattr(order, after)
        if earlier and later and earlier > later:
            raise BadRow(f"{after} is before {before}")


def check_past(order: Parsed, now: datetime) -> None:
    """What has not happened yet is no past order: a completion to come would hold the window open until then."""
    for name in TIMES:
        if (at := getattr(order, name)) and at > now:
            raise BadRow(f"{name} is in the future")


def fingerprint(order: Parsed, salt: str, optional: Mapping[str, str]) -> str:
    """What the order says, not how it was written: 2.5 and 2.50 are the same, and so is a time in another zone.
    `optional`: the cells of the columns that need not be there; without any the fingerprint is that of before."""
    head = [salt, *(getattr(order, name) for name in TEXTS)]
    head += [str(at.timestamp()) if (at := getattr(order, name)) else "" for name in TIMES]
    head += [str(order.freight.normalize()), str(order.discount.normalize())]
    for x in order.lines:
        numbers = x.unit_price.normalize(), x.quantity, x.discount.normalize()
        head += x.sku, x.title, x.spec, x.category, *map(str, numbers)
    head += [f"{name}={_plain(text)}" for name, text in optional.items() if text]
    head += [f"{place}={x.stated.normalize()}" for place, x in enumerate(order.lines) if x.stated]
    head += [f"{place}.{name}={text}" for place, x in enumerate(order.lines) for name, text in _english(x) if text]
    # The unit separator, so that “ab”, “c” and “a”, “bc” are different texts.
    text = "\x1f".join(head)
    if "\x00" in text:
        raise BadRow("NUL characters in the text")
    try:
        return sha256(text.encode()).hexdigest()
    except UnicodeEncodeError:
        raise BadRow("not UTF-8") from None


def _english(line: Line) -> Iterable[tuple[str, str]]:
    return ("title_en", line.title_en), ("spec_en", line.spec_en)


def _plain(text: str) -> str:
    """2.50 and 2.5 are the same; a text stays as it is."""
    return str(Decimal(text).normalize()) if re.fullmatch(r"[0-9]{1,10}\.[0-9]{1,2}", text) else text
