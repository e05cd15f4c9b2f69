"""Does the order make sense as a whole, and is it the one that is there already? Pure."""

from hashlib import sha256

from ..machine import Status
from .parsed import BadRow, Parsed

PAID = (Status.PAID, Status.SHIPPED, Status.COMPLETED)
TEXTS = ("order_no", "buyer", "status", "channel", "transaction_no", "courier", "tracking_no")
TIMES = ("placed_at", "paid_at", "shipped_at", "delivered_at", "completed_at")


def check_facts(order: Parsed) -> None:
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


def fingerprint(order: Parsed, salt: str) -> str:
    """What the order says, not how it was written: 2.5 and 2.50 are the same, and so is a time in another zone."""
    head = [salt, *(getattr(order, name) for name in TEXTS)]
    head += [str(at.timestamp()) if (at := getattr(order, name)) else "" for name in TIMES]
    head += [str(order.freight.normalize()), str(order.discount.normalize())]
    for x in order.lines:
        numbers = x.unit_price.normalize(), x.quantity, x.discount.normalize()
        head += x.sku, x.title, x.spec, x.category, *map(str, numbers)
    # The unit separator, so that “ab”, “c” and “a”, “bc” are different texts.
    text = "\x1f".join(head)
    if "\x00" in text:
        raise BadRow("NUL characters in the text")
    try:
        return sha256(text.encode()).hexdigest()
    except UnicodeEncodeError:
        raise BadRow("not UTF-8") from None
