"""What a bank says of a payment, stored: from the channel's notice, or from an integration of the shop."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Least
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.errors import Conflict, Forbidden, Invalid
from kernel.machine import advance, begin
from kernel.money import ZERO
from kernel.numbers import comparable
from orders import services as orders
from orders.models import Order, Payment

from ..complaints.models import Complaint
from ..signals import chargeback_changed
from . import cap
from .machine import BANK, Status
from .models import Chargeback

CLOCKS_DIFFER = timedelta(minutes=5)


@transaction.atomic
def record_chargeback(
    order: Order,
    *,
    transaction_no: str,
    chargeback_no: str,
    amount: Decimal,
    status: str,
    reason: str = "",
    channel: str = "",
    reported_at: datetime | None = None,
    complaint: Complaint | None = None,
    actor: Actor,
    now: datetime,
) -> tuple[Chargeback, bool]:
    """The chargeback, and whether it is new (B-23). The same again changes nothing; `won` and `lost` end an open one,
    are stored as opened and ended at once, or turn what the bank had said before.

    `reported_at`: when the channel says this, by its own clock. What it said before the report that counts now changes
    nothing; only what it says after that, where both have a time, opens one again that was won. `channel`: of the
    payment, where two of the order have the same number. `complaint`: somebody says this of it who may
    (`complaints.money`). 400 for a payment that the order does not have; 409 where the
    number is known with another payment or amount, or was lost and refunds have made way for it, which one that is won
    would owe again.
    """
    if complaint is None:
        may_report(actor)
    if reported_at and reported_at > now + CLOCKS_DIFFER:
        raise Invalid(errors={"reported_at": [_("This is in the future. Send when the channel reported it.")]})
    order = orders.lock(order.pk, shop_id=order.shop_id, like=order)
    payment = _payment(order, transaction_no, channel)
    chargeback, new = _known(payment, chargeback_no), False
    if chargeback is None:
        if amount <= 0:
            raise Invalid(errors={"amount": [_("Enter an amount above zero.")]})
        chargeback, new = _begin(payment, chargeback_no, amount, reason, actor=actor, now=now), True
    elif chargeback.amount != amount:
        raise _otherwise()
    counts = _counts(chargeback, status, reported_at)
    if counts and (reported_at or status != chargeback.status):
        rows = Chargeback.objects.filter(shop_id=order.shop_id, pk=chargeback.pk)
        rows.update(reported_at=reported_at or F("reported_at"), ended_untimed=reported_at is None)
    if counts and status == Status.OPEN != chargeback.status:
        chargeback = _reopen(chargeback, payment, actor=actor, now=now)
    elif counts and status != chargeback.status:
        chargeback = _end(chargeback, payment, status, reason, actor=actor, now=now)
    elif not new:
        chargeback.payment = payment
        return chargeback, False
    chargeback_changed.send(sender=Chargeback, chargeback=chargeback, order=order, actor=actor, now=now)
    # Refunds that made way have changed it.
    stored = Chargeback.objects.select_related("payment").get(shop_id=order.shop_id, pk=chargeback.pk)
    stored.payment.order = order
    return stored, new


def may_report(actor: Actor) -> None:
    """403 for people: what a bank said comes from the channel, or from the shop's own system."""
    if actor.kind not in BANK:
        raise Forbidden(_("Only the payment channel or the shop's own system can report a chargeback."))


def _payment(order: Order, transaction_no: str, channel: str) -> Payment:
    rows = Payment.objects.filter(shop_id=order.shop_id, order=order, transaction_no__same_number=transaction_no)
    if channel:
        rows = rows.filter(channel=channel)
    several = list(rows.select_related("order").order_by("pk"))
    if not several:
        raise Invalid(errors={"transaction_no": [_("This order has no such payment.")]})
    if len(several) > 1:
        raise Invalid(errors={"channel": [_("Two payments of this order have this number. Name the channel.")]})
    return several[0]


def _known(payment: Payment, chargeback_no: str) -> Chargeback | None:
    """The chargeback of this payment by its number, however it is typed. One transaction may pay several orders, and
    its chargeback is then recorded with each of them, by its part; 409 where it is of another transaction."""
    rows = Chargeback.objects.filter(
        shop_id=payment.shop_id, channel=payment.channel, chargeback_no__same_number=chargeback_no
    )
    known = {row.payment_id: row for row in rows.select_related("payment")}
    number = comparable(payment.transaction_no)
    if any(comparable(row.payment.transaction_no) != number for row in known.values()):
        raise _otherwise()
    return known.get(payment.pk)


def _counts(known: Chargeback, status: str, reported_at: datetime | None) -> bool:
    """Whether the report changes what is stored: reports come in any order. Without a time an end is believed, and an
    “open” beside an end is taken for the older one: an end without a time has no place among those that have one, but
    stays later than what came before it. A loss is opened again by nobody: what follows it is a win."""
    if _is_from_before(known, reported_at):
        return False
    if status != Status.OPEN or known.status == Status.OPEN:
        return True
    is_later = bool(known.reported_at and reported_at and reported_at > known.reported_at)
    return known.status == Status.WON and is_later and not known.ended_untimed


def _is_from_before(known: Chargeback, reported_at: datetime | None) -> bool:
    if not (known.reported_at and reported_at):
        return False
    # An end without a time came after the report of that time itself, which may be repeated.
    return reported_at <= known.reported_at if known.ended_untimed else reported_at < known.reported_at


def _otherwise() -> Conflict:
    return Conflict(_("This chargeback is already recorded with another payment or amount."))


def _begin(
    payment: Payment, chargeback_no: str, amount: Decimal, reason: str, *, actor: Actor, now: datetime
) -> Chargeback:
    row = Chargeback(
        payment=payment,
        channel=payment.channel,
        chargeback_no=chargeback_no,
        amount=amount,
        reason=reason,
        opened_at=now,
    )
    begin(row, actor=actor, now=now, data={"amount": amount})
    _claim(payment, opened=claimed(row, payment))
    Order.objects.filter(shop_id=payment.shop_id, pk=payment.order_id).update(has_chargebacks=True)
    cap.hold(payment)
    cap.count_excess(payment)
    return row


def _reopen(chargeback: Chargeback, payment: Payment, *, actor: Actor, now: datetime) -> Chargeback:
    """As for a new one: what is under way waits, and what was refunded since is paid twice."""
    row = Chargeback.locked(chargeback.pk, shop_id=chargeback.shop_id)
    opened: Chargeback = advance(row.reopen, actor=actor, now=now, data={"amount": row.amount})
    _claim(payment, opened=claimed(row, payment))
    cap.hold(payment)
    cap.count_excess(payment)
    return opened


def _end(
    chargeback: Chargeback, payment: Payment, status: str, reason: str, *, actor: Actor, now: datetime
) -> Chargeback:
    lost = status == Status.LOST
    if reason and reason != chargeback.reason:
        Chargeback.objects.filter(shop_id=chargeback.shop_id, pk=chargeback.pk).update(reason=reason)
    if not lost:
        Chargeback.objects.filter(shop_id=chargeback.shop_id, pk=chargeback.pk).update(excess=ZERO)
    row = Chargeback.locked(chargeback.pk, shop_id=chargeback.shop_id)
    before = row.status
    ended: Chargeback = advance(row.lose if lost else row.win, actor=actor, now=now, data={"amount": row.amount})
    was_open = before == Status.OPEN
    amount = claimed(row, payment)
    now_lost = amount if lost else (ZERO if was_open else -amount)
    _claim(payment, opened=-amount if was_open else ZERO, lost=now_lost)
    if not was_open:
        _turned(payment, lost)
    cap.decide(payment, now=now)
    return ended


def claimed(row: Chargeback, payment: Payment) -> Decimal:
    """Of what the bank says, what can be of this payment: its fees, or the other orders of the transaction, are not."""
    return min(row.amount, payment.captured)


def _turned(payment: Payment, lost: bool) -> None:
    """The bank has changed its word. Lost: what is under way waits as for a new one. Won: refused where refunds have
    made way for the loss, because tickets may have ended with that."""
    if lost:
        cap.hold(payment)
    elif cap.not_counted(payment) < 0:
        raise Conflict(
            _("Refunds have made way for this chargeback, so it can't be won any more. Pay the buyer another way.")
        )


def _claim(payment: Payment, *, opened: Decimal, lost: Decimal = ZERO) -> None:
    """In open and in lost chargebacks; `charged_back` is as much of that as the refunds leave."""
    disputed, ended = F("disputed") + opened, F("lost") + lost
    rows = Payment.objects.filter(shop_id=payment.shop_id, pk=payment.pk)
    share = Least(disputed + ended, F("captured") - F("refunded"))
    rows.update(disputed=disputed, lost=ended, charged_back=share)
    payment.refresh_from_db(fields=cap.FIELDS)
