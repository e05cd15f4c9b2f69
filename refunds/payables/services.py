"""What is owed beyond a refund: once, approved by one person and paid by another (docs/payables.md)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.second_person import confirms_in, require_second
from kernel.actors import SUPPORT, Actor
from kernel.errors import Conflict, Forbidden, Invalid
from kernel.machine import advance, begin
from kernel.money import ZERO, is_whole
from kernel.numbers import new_number
from orders import services as orders
from orders.models import Order

from ..access import may_decide, only_deciders
from .machine import GIVEN_KINDS, GRANTED, OPEN, Kind, Payee, Status
from .models import Payable

PAY_WITHIN = timedelta(days=7)  # from the day on which it is owed


def owe(
    order: Order, *, kind: str, amount: Decimal, key: str, ground: str = "", actor: Actor, now: datetime
) -> tuple[Payable, bool]:
    """The payable, and whether it is new: what is owed for `key` already is not owed again. `amount` above zero, in the
    order's currency. Call with the order locked."""
    if known := _owed_already(order, kind=kind, amount=amount, key=key):
        return known, False
    return _begin(order, kind=kind, amount=amount, key=key, ground=ground, actor=actor, now=now), True


def _owed_already(order: Order, *, kind: str, amount: Decimal, key: str) -> Payable | None:
    if amount <= 0 or not is_whole(amount, order.currency):
        raise Invalid(errors={"amount": [_("Enter an amount above zero.")]})
    return Payable.objects.filter(shop_id=order.shop_id, order=order, kind=kind, key=key).first()


def _begin(order: Order, *, kind: str, amount: Decimal, key: str, ground: str, actor: Actor, now: datetime) -> Payable:
    payable = Payable(
        order=order,
        payable_no=new_number("PY", now),
        kind=kind,
        payee=Payee.SHOP if kind == Kind.COURIER_CLAIM else Payee.BUYER,
        amount=amount,
        ground=ground,
        key=key,
        created_at=now,
        due_at=now + PAY_WITHIN,
    )
    begin(payable, actor=actor, now=now, note=ground, data={"amount": amount, "kind": kind})
    return payable


def approve(payable: Payable, *, actor: Actor, now: datetime) -> Payable:
    """The first person, within the ceiling of the order. Entry
    points call `aftersales.services.approve_payable`, which knows how much this person may give away in a day."""
    only_deciders(actor)
    with transaction.atomic():
        order, fresh = locked_with_order(payable)
        _only_below_the_ceiling(order, kind=fresh.kind, amount=fresh.amount, actor=actor, own=fresh.pk)
        return with_order(order, advance(fresh.approve, actor=actor, now=now, user_id=actor.user_id))


def _only_below_the_ceiling(order: Order, *, kind: str, amount: Decimal, actor: Actor, own: int = 0) -> None:
    """What people give the buyer of an order beyond refunds, `amount` of this `kind` included, is at most what was paid
    for the order; above it only support decides. `own`: the payable itself, which may be approved already."""
    if kind not in GIVEN_KINDS or actor.kind == SUPPORT:
        return
    others = Payable.objects.filter(shop_id=order.shop_id, order=order, kind__in=GIVEN_KINDS, status__in=GRANTED)
    if (others.exclude(pk=own).aggregate(sum=Sum("amount"))["sum"] or ZERO) + amount > order.amount:
        text = _("Beyond refunds, the buyer would get more than they paid for this order. Ask platform support.")
        raise Forbidden(text, details={"limit": str(order.amount)})


def pay(payable: Payable, *, proof: str, note: str = "", actor: Actor, now: datetime) -> Payable:
    """The second person (`require_payer`) says that it was paid, and how. Entry points call
    `aftersales.services.pay_payable`, which gives the buyer the proof and the time to object."""
    only_deciders(actor)
    with transaction.atomic():
        order, fresh = locked_with_order(payable)
        if not proof.strip():
            raise Invalid(errors={"proof": [_("Say how the money was paid: enter the transfer number.")]})
        if fresh.status == Status.APPROVED:
            require_payer(fresh, actor, now=now)
        data = {"proof": proof.strip()}
        paid = advance(
            fresh.pay, actor=actor, now=now, note=note, data=data, user_id=actor.user_id, proof=proof.strip()
        )
        return with_order(order, paid)


def void_settlement(payable: Payable, *, note: str, actor: Actor, now: datetime) -> Payable:
    """Support found that what was paid by hand did not come: it is approved as before, and to be paid anew. The caller
    has the order locked."""
    fresh = Payable.locked(payable.pk, shop_id=payable.shop_id)
    data = {"proof": fresh.proof}
    return advance(fresh.void_settlement, actor=actor, now=now, note=note, data=data, due_at=now + PAY_WITHIN)


def require_payer(payable: Payable, actor: Actor, *, now: datetime) -> None:
    """403 for who approved it, and for whoever may not be the second person: a manager of at least 30 days or a
    supervisor of support, as for a refund. So nobody is appointed for it."""
    own = _("You approved this, so someone else has to pay it.")
    require_second(actor.user_id, first=payable.approved_by, shop_id=payable.shop_id, own=own, now=now)


def payable_by(user_id: int | None, payables: Iterable[Payable], *, now: datetime) -> set[int]:
    """Ids of those for which this person may be the second one now: who pays what was approved, or confirms that a
    transfer is called off. Two statements, none where nothing waits for them."""
    waiting = [row for row in payables if _waits_for_a_second(row) and _first_of(row) != user_id]
    shops = confirms_in(user_id, {row.shop_id for row in waiting}, now=now)
    return {row.pk for row in waiting if row.shop_id in shops}


def _waits_for_a_second(payable: Payable) -> bool:
    return payable.status == Status.APPROVED or payable.call_off_proposed_by is not None


def _first_of(payable: Payable) -> int | None:
    return payable.approved_by if payable.status == Status.APPROVED else payable.call_off_proposed_by


def cancel(payable: Payable, *, note: str, actor: Actor, now: datetime) -> Payable:
    """It is not owed after all. What a rule owes, and what support found unpaid, only support gives up."""
    only_deciders(actor)
    with transaction.atomic():
        order, fresh = locked_with_order(payable)
        if not note.strip():
            raise Invalid(errors={"note": [_("Say why it isn't owed.")]})
        if fresh.kind == Kind.RETURN_FREIGHT and actor.kind != SUPPORT:
            raise Forbidden(_("The shop owes the buyer this shipping. Only platform support can cancel it."))
        if fresh.voided_at is not None and actor.kind != SUPPORT:
            text = _("Platform support decided that the buyer hasn't got this money. Only support can cancel it.")
            raise Forbidden(text)
        return with_order(order, advance(fresh.cancel, actor=actor, now=now, note=note.strip()))


def withdraw(payable: Payable, *, actor: Actor, now: datetime) -> None:
    """By the rule that owed it, whose reason has gone. The caller has the order locked."""
    fresh = Payable.locked(payable.pk, shop_id=payable.shop_id)
    advance(fresh.cancel, actor=actor, now=now)


def create_by_hand(
    order: Order, *, kind: str, amount: Decimal, key: str, ground: str, actor: Actor, now: datetime
) -> Payable:
    """Goodwill, compensation or a claim that a manager or support decides on: 403 above what they could approve, 409
    where it is owed already. Call with the order locked."""
    only_deciders(actor)
    if kind == Kind.RETURN_FREIGHT:
        raise Invalid(errors={"kind": [_("Return shipping is owed by itself once the goods were received.")]})
    if not ground.strip():
        raise Invalid(errors={"ground": [_("Say what it is for.")]})
    # Before the ceiling, which what is owed already may have used up.
    if known := _owed_already(order, kind=kind, amount=amount, key=key):
        raise Conflict(_("This is owed already, as %(number)s.") % {"number": known.payable_no})
    _only_below_the_ceiling(order, kind=kind, amount=amount, actor=actor)
    return _begin(order, kind=kind, amount=amount, key=key, ground=ground.strip(), actor=actor, now=now)


def allowed_actions(
    payable: Payable, actor: Actor, *, payer: bool, transferable: bool = False, stoppable: bool = False
) -> list[str]:
    """Names as in the URL. `payer`: the actor may be the second person now (`payable_by`); `transferable`: its channel
    can; `stoppable`: its transfer can be called off."""
    if not may_decide(actor):
        return []
    names = ["approve"] * (payable.status == Status.PENDING)
    pays, confirms = payer and payable.status == Status.APPROVED, payer or payable.call_off_proposed_by is None
    names += ["pay"] * pays + ["transfer"] * (pays and transferable)
    names += ["call-off-transfer"] * (payable.status == Status.PAYING and stoppable and confirms)
    own = (payable.kind != Kind.RETURN_FREIGHT and payable.voided_at is None) or actor.kind == SUPPORT
    return names + ["cancel"] * (payable.status in OPEN and own)


def locked_with_order(payable: Payable) -> tuple[Order, Payable]:
    """In the caller's transaction: the order first, as everywhere."""
    order = orders.lock(payable.order_id, shop_id=payable.shop_id)
    return order, Payable.locked(payable.pk, shop_id=payable.shop_id)


def with_order(order: Order, payable: Payable) -> Payable:
    """What `advance` answers has no relations loaded."""
    payable.order = order
    return payable
