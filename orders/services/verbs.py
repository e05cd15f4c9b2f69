"""The verbs on the order itself: receipt, window, closing an unpaid order."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kernel.actors import BUYER, Actor
from kernel.errors import Conflict, Invalid
from kernel.machine import Batch, advance, advance_many

from .. import policy
from ..machine import Status
from ..models import Order
from ..models.note import Flag
from .delivery import report_delivered
from .locking import lock
from .notes import add_remark


def close(order: Order, *, reason: str, actor: Actor, now: datetime) -> Order:
    return advance(order.close, actor=actor, now=now, note=reason, reason=reason)


@transaction.atomic
def confirm_receipt(order: Order, *, actor: Actor, now: datetime) -> Order:
    """The buyer has the goods; counts as delivery. 409 `open_ticket` while a ticket is open."""
    order = lock(order.pk, shop_id=order.shop_id, like=order)
    # In any other state the refusal of the machine says more than that a ticket is open.
    if order.status == Status.SHIPPED and order.open_cases:
        raise Conflict(_("This order has an open after-sales ticket. Finish or withdraw it first."), code="open_ticket")
    moved: Order = advance(order.confirm_receipt, actor=actor, now=now)
    # The buyer's own word: nobody knows better whether the goods came.
    report_delivered([moved], proven=True, actor=actor, now=now)
    return moved


@transaction.atomic
def confirm_receipt_many(orders: "QuerySet[Order]", *, actor: Actor, now: datetime) -> Batch[Order]:
    """`confirm_receipt` for every order of the queryset that nobody else has locked and that has no open ticket."""
    # One query for the policies, of which a batch has few; a join would repeat them in every row.
    batch = advance_many(orders.prefetch_related("policy"), "confirm_receipt", actor=actor, now=now)
    if batch.moved:
        report_delivered(batch.moved, proven=True, actor=actor, now=now)
    return batch


def close_window_many(orders: "QuerySet[Order]", *, actor: Actor, now: datetime) -> Batch[Order]:
    """S-099: the after-sales window of each order of the queryset is over."""
    return advance_many(orders, "close_window", actor=actor, now=now)


@transaction.atomic
def extend_receipt(order: Order, *, days: int, reason: str = "", actor: Actor, now: datetime) -> Order:
    order = lock(order.pk, shop_id=order.shop_id, like=order)
    maximum = policy.BUYER_EXTENSION_DAYS if actor.kind == BUYER else policy.MAX_EXTENSION_DAYS
    if not 1 <= days <= maximum:
        raise Invalid(errors={"days": [_("Enter 1 to %(most)d days.") % {"most": maximum}]})
    if actor.kind == BUYER and order.buyer_extended and order.status == Status.SHIPPED:
        raise Conflict(_("You've already extended confirmation once. Ask the shop for more time."))
    moved: Order = advance(order.extend_receipt, actor=actor, now=now, note=reason, data={"days": days}, days=days)
    if actor.kind == BUYER:
        moved.buyer_extended = True
        moved.save(update_fields=["buyer_extended"])
    return moved


@transaction.atomic
def reopen_window(order: Order, *, days: int, reason: str, actor: Actor, now: datetime) -> Order:
    """S-014: support opens the entry of one order again, and unsuccessful applications start at nought (B-08)."""
    if not 1 <= days <= policy.MAX_REOPEN_DAYS:
        raise Invalid(errors={"days": [_("Enter 1 to %(most)d days.") % {"most": policy.MAX_REOPEN_DAYS}]})
    order = lock(order.pk, shop_id=order.shop_id, like=order)
    moved: Order = advance(order.reopen_window, actor=actor, now=now, note=reason, data={"days": days}, days=days)
    moved.lines.update(failed_applications=0)
    add_remark(moved, "window_reopened", {"days": days, "reason": reason}, flag=Flag.BLUE, actor=actor, now=now)
    return moved
