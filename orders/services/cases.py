"""What the layer above tells an order about its cases. The caller holds the order's lock and passes the locked row."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F

from kernel.actors import RULE, Actor
from kernel.machine import advance
from kernel.remarks import by

from .. import policy
from ..machine import Status
from ..models import Order, OrderLine
from ..models.note import Flag
from .notes import add_remark

_CLOCK = ["open_cases", "receipt_due_at", "receipt_left"]


def open_case(order: Order, *, now: datetime) -> None:
    """The receipt clock stops with the first open case (S-101)."""
    if not order.open_cases:
        order.stop_receipt_clock(now)
    # No F(): the caller has the lock, and whether the clock stops depends on the count read under it.
    order.open_cases += 1
    order.save(update_fields=_CLOCK)


def end_case(order: Order, *, succeeded: bool, now: datetime) -> None:
    """The last case to end lets the clock go on with what was left."""
    if order.open_cases < 1:
        raise AssertionError(f"order {order.pk} has no open case to end")
    order.open_cases -= 1
    order.succeeded_cases += int(succeeded)
    if not order.open_cases:
        order.resume_receipt_clock(now)
    order.save(update_fields=[*_CLOCK, "succeeded_cases"])


def set_refund_owed(shop_id: int, order_id: int, amount: Decimal) -> None:
    """What counts as refunded and has not arrived. The caller has the order locked."""
    Order.objects.filter(shop_id=shop_id, pk=order_id).exclude(refund_owed=amount).update(refund_owed=amount)


@transaction.atomic(savepoint=False)
def _extend(order: Order, days: int, codes: tuple[str, str], facts: Mapping[str, object], *, now: datetime) -> Order:
    """`codes` of the remark: with the days, and without them. A receipt clock runs only between shipment and
    completion; the remark is written all the same (S-129), and tells of no days then."""
    order = order.ensure_locked()
    extended, agreed = codes
    code = extended if order.status == Status.SHIPPED else agreed
    if code == extended:
        facts = {**facts, "days": days}
        data = {"remark": code, **facts}
        order = advance(order.extend_receipt, actor=RULE, now=now, data=data, days=days)
    add_remark(order, code, facts, flag=Flag.BLUE, actor=RULE, now=now)
    return order


def extend_for_return(order: Order, *, ticket_no: str, actor: Actor, now: datetime) -> Order:
    """S-093, S-129: an agreed return or exchange gives the receipt more days and the order a blue remark, which names
    the ticket and who agreed."""
    facts = {"ticket_no": ticket_no, "by": by(actor)}
    return _extend(order, order.policy.extension_days, ("return_agreed_extended", "return_agreed"), facts, now=now)


def extend_for_resend(order: Order, *, actor: Actor, now: datetime) -> Order:
    """S-094: a parcel that came back undelivered is sent again."""
    codes = ("sent_again", "sent_again_completed")
    return _extend(order, policy.RESEND_EXTENSION_DAYS, codes, {"by": by(actor)}, now=now)


def note_late_parcel(order: Order, *, tracking_no: str, now: datetime) -> None:
    """Goods that were sent again, or that a refund is asked for, have arrived after all: the buyer may have them twice,
    or goods and money. A red remark, because nothing of that is undone by itself."""
    add_remark(order, "arrived_after_all", {"tracking_no": tracking_no}, flag=Flag.RED, actor=RULE, now=now)


@transaction.atomic(savepoint=False)
def close_if_refunded(order: Order, *, actor: Actor = RULE, now: datetime) -> Order:
    """When every unit is refunded before receipt, the order is closed."""
    order = order.ensure_locked()
    if order.status not in (Status.PAID, Status.SHIPPED):
        return order
    goods = order.lines.exclude(kind=OrderLine.Kind.GIFT)  # a gift may stay with the buyer (D-4 art. 12)
    if goods.filter(quantity__gt=F("refunded_quantity") + F("exchanged_quantity")).exists():
        return order
    return advance(order.close_refunded, actor=actor, now=now)
