"""What the layer above tells an order about its cases. The caller holds the order's lock and passes the locked row."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from kernel.actors import RULE, Actor
from kernel.machine import advance

from .. import policy
from ..machine import Status
from ..models import Order
from ..models.note import Flag
from .notes import add_note

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


@transaction.atomic(savepoint=False)
def _extend(order: Order, days: int, text: str, *, actor: Actor, now: datetime) -> Order:
    order = order.ensure_locked()
    # Before shipment and after completion no receipt clock runs; the remark is written all the same (S-129).
    if order.status == Status.SHIPPED:
        order = advance(order.extend_receipt, actor=actor, now=now, note=text, data={"days": days}, days=days)
    add_note(order, text=text, flag=Flag.BLUE, actor=RULE, now=now)
    return order


def extend_for_return(order: Order, *, now: datetime) -> Order:
    """S-093, S-129: an agreed return or exchange gives the receipt more days and the order a blue remark."""
    days = order.policy.extension_days
    text = _("A return or an exchange was agreed. The receipt has %(days)d days more.") % {"days": days}
    return _extend(order, days, text, actor=RULE, now=now)


def extend_for_resend(order: Order, *, actor: Actor, now: datetime) -> Order:
    """S-094: a parcel that came back undelivered is sent again."""
    days = policy.RESEND_EXTENSION_DAYS
    text = _("A parcel came back and was sent again by %(name)s. The receipt has %(days)d days more.") % {
        "name": actor.name,
        "days": days,
    }
    return _extend(order, days, text, actor=RULE, now=now)


@transaction.atomic(savepoint=False)
def close_if_refunded(order: Order, *, actor: Actor = RULE, now: datetime) -> Order:
    """When every unit is refunded before receipt, the order is closed."""
    order = order.ensure_locked()
    if order.status not in (Status.PAID, Status.SHIPPED):
        return order
    if order.lines.filter(quantity__gt=F("refunded_quantity")).exists():
        return order
    return advance(order.close_refunded, actor=actor, now=now)
