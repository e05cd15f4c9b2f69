"""A voucher or a gift instead of money (S-061, S-062): offered at the review, accepted by the buyer, handed over by the
shop. It uses up no goods, and counts by its cost."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.errors import AmountExceeded, Invalid
from kernel.machine import advance
from kernel.money import ZERO
from orders import services as orders
from orders.models import Order

from ..ledger.allocation import Allocation
from ..models import Offer, Ticket
from ..policy import gift_due_at
from ..states import InKind, Status
from . import authority
from .guards import require
from .locking import lock


def check(ticket: Ticket, type_: str, *, what: str, code: str, valid_until: date | None, now: datetime) -> None:
    """Invalid (400) for terms that make no voucher and no gift; and for such words about an offer of money."""
    errors: dict[str, list[str]] = {}
    if type_ not in InKind.values:
        named = {"what": what, "code": code, "valid_until": valid_until}
        errors = {name: [_("Only for a voucher or gift.")] for name, value in named.items() if value}
    elif ticket.status != Status.PENDING_REVIEW:
        errors["type"] = [_("You can only offer a voucher or gift while reviewing. Offer an amount instead.")]
    else:
        if not what.strip():
            errors["what"] = [_("Say what it is. The buyer reads it.")]
        if type_ == InKind.GIFT and (code or valid_until):
            errors["code"] = [_("Only a voucher has a code and an expiry date.")]
        if valid_until is not None and valid_until < now.date():
            errors["valid_until"] = [_("This date has already passed.")]
    if errors:
        raise Invalid(errors=errors)


def end(ticket: Ticket, order: Order, row: Offer, *, actor: Actor, now: datetime) -> Ticket:
    """The buyer said yes: nothing is refunded and no unit is used up. 422 `amount_exceeded` where its cost and what the
    order has given back would come to more than was paid; 403 above the limit of `actor`, who offered it."""
    authority.not_own(ticket, actor)
    authority.only_a_manager(ticket, actor)
    allocation = Allocation.of(ticket, order)
    allocation.release(now=now)
    _within_what_was_paid(order, row.amount)
    authority.give(ticket, row.amount, actor=actor, now=now)
    due_at = None if row.code else gift_due_at(ticket, now)
    data = {"outcome": row.type, "what": row.what, "cost": row.amount}
    ticket = advance(
        ticket.settle_in_kind, actor=actor, now=now, note=row.note, data=data,
        outcome=row.type, cost=row.amount, due_at=due_at,
    )  # fmt: skip
    orders.end_case(order, succeeded=True, now=now)
    return ticket


def _within_what_was_paid(order: Order, cost: Decimal) -> None:
    total = sum((line.open_amount + line.refunded_amount for line in order.lines.all()), ZERO)
    total += order.freight_open + order.freight_refunded
    tickets = Ticket.objects.filter(shop_id=order.shop_id, order_id=order.pk)
    total += tickets.aggregate(total=Sum("outcome_cost"))["total"] or ZERO
    left = max(order.amount - total, ZERO)
    if cost > left:
        text = _("Together with what was already refunded, this is more than was paid. You can offer up to %(left)s.")
        raise AmountExceeded(text % {"left": left})


@transaction.atomic
def hand_over_gift(ticket: Ticket, *, code: str = "", note: str = "", actor: Actor, now: datetime) -> Ticket:
    """The shop gives what the buyer accepted: the code of a voucher, or how a gift was sent."""
    _order, ticket = lock(ticket)
    require(ticket, "hand_over_gift", actor, now=now)
    row = ticket.offers.get(status=Offer.Status.ACCEPTED, type=ticket.outcome)
    if ticket.outcome == InKind.VOUCHER:
        if not code.strip():
            raise Invalid(errors={"code": [_("Enter the code. The buyer sees it on the ticket.")]})
        row.code = code.strip()
        row.save(update_fields=["code"])
    elif not note.strip():
        raise Invalid(errors={"note": [_("Say how it was sent. The buyer reads it.")]})
    return advance(ticket.hand_over_gift, actor=actor, now=now, note=note)
