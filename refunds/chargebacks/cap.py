"""One cap over the refunds and the chargebacks of a payment (B-23): which refunds wait, and which make way.

Every function is called with the order locked.
"""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Sum

from kernel.actors import GATEWAY
from kernel.calls.clock import wall
from kernel.jobs import enqueue_after_commit
from kernel.machine import advance
from kernel.money import ZERO
from orders.models import Payment

from ..labels import CHARGED_BACK
from ..machine import OPEN, UNPAID
from ..machine import Status as RefundStatus
from ..models import Refund
from ..services.reserve import release, reserve
from ..signals import refund_failed, refund_retried
from ..worklist import UNRESOLVED
from .machine import Status
from .models import Chargeback

if TYPE_CHECKING:
    from django.db.models import QuerySet

# Of a payment, what this module changes in the database.
FIELDS = ("refunded", "charged_back", "disputed", "lost")


def open_refunds(payment: Payment) -> "QuerySet[Refund]":
    return Refund.objects.filter(shop_id=payment.shop_id, payment_id=payment.pk, status__in=OPEN)


def hold(payment: Payment) -> None:
    """Nothing of this payment is sent from now on. What has left already is asked about, and not sent again.

    The rows are written, not only locked: a sender that is claiming one of them reads it again and leaves it.
    """
    open_refunds(payment).update(on_hold=True)


def decide(payment: Payment, *, now: datetime) -> None:
    """After a chargeback of `payment` has ended. While another one is open everything waits on. Else the refunds that
    do not fit beside what the bank has taken make way, the latest first, and failed ones whose money it has given are
    not owed any more; the others go on."""
    if payment.disputed == 0:
        for refund in open_refunds(payment).filter(status=RefundStatus.PENDING).order_by("-pk"):
            if payment.overlap > 0:
                make_way(refund, payment, now=now)
        for refund in _failed(payment):
            make_way(refund, payment, now=now)
        if payment.overlap == 0:
            _go_on(open_refunds(payment).filter(on_hold=True))
    count_excess(payment)


def arrived(payment: Payment, *, now: datetime) -> None:
    """A refund of `payment` has had its last word from the channel although it waited, or came back: others may fit
    now, and what the bank has taken may not be paid twice any more."""
    payment.refresh_from_db(fields=FIELDS)
    if payment.disputed or payment.lost:
        decide(payment, now=now)


def make_way(refund: Refund, payment: Payment, *, now: datetime) -> None:
    """A refund that never reached the channel, or that it refused or sent back, and whose money the payer has from the
    bank. What the bank did not give is sent as another refund, where the payment still holds it; a refused one for
    which it does not stays as it is, because nothing may refuse the bank's word."""
    failed = refund.status in UNPAID
    part = _given_instead(refund, payment) if failed else min(refund.amount, payment.overlap)
    rest = refund.amount - part
    if part <= 0 or (failed and rest > payment.left):
        return
    refund.payment = payment
    step = refund.charge_back if failed else refund.fail
    facts = {"reason": CHARGED_BACK, "charged_back": part}
    moved: Refund = advance(step, actor=GATEWAY, now=now, note=CHARGED_BACK, data={"charged_back": part}, **facts)
    moved.payment = payment
    if not failed:
        release(moved)
        payment.refresh_from_db(fields=FIELDS)
    new = reserve(payment, rest, actor=GATEWAY, now=now, retry_of=moved) if rest else None
    if new is not None:
        refund_retried.send(sender=Refund, old=moved, new=new, actor=GATEWAY, now=now)
    refund_failed.send(sender=Refund, refund=moved, actor=GATEWAY, now=now)


def _given_instead(refund: Refund, payment: Payment) -> Decimal:
    """Of a refused or returned refund, what the bank has given: what the payment lacks for all that it still owes."""
    owed = _failed(payment).aggregate(sum=Sum("amount"))["sum"] or ZERO
    return min(refund.amount, owed - payment.left, not_counted(payment))


def pay_by_bank(refund: Refund, payment: Payment, *, now: datetime) -> None:
    """Of a refund that was reserved behind the bank: it waits while the bank decides; where it has taken the money
    already, the refund makes way at once."""
    if payment.disputed == 0 and payment.overlap > 0:
        make_way(refund, payment, now=now)
    count_excess(payment)


def _failed(payment: Payment) -> "QuerySet[Refund]":
    """Refused for good or sent back, and neither tried again nor settled."""
    rows = Refund.objects.filter(shop_id=payment.shop_id, payment_id=payment.pk)
    return rows.filter(UNRESOLVED).order_by("-pk")


def not_counted(payment: Payment) -> Decimal:
    """Of what the bank has, what no refund has made way for yet."""
    rows = Refund.objects.filter(shop_id=payment.shop_id, payment_id=payment.pk)
    return payment.charged_back - (rows.aggregate(sum=Sum("charged_back"))["sum"] or ZERO)


def count_excess(payment: Payment) -> None:
    """What the payer has twice, as nothing that is still waiting can make way for it: of the latest chargebacks."""
    waiting = open_refunds(payment).aggregate(sum=Sum("amount"))["sum"] or ZERO
    left = max(payment.overlap - waiting, ZERO)
    live = Chargeback.objects.filter(shop_id=payment.shop_id, payment_id=payment.pk).exclude(status=Status.WON)
    for row in live.order_by("-pk"):
        excess = min(row.amount, left)
        left -= excess
        if excess != row.excess:
            Chargeback.objects.filter(shop_id=row.shop_id, pk=row.pk).update(excess=excess)


def _go_on(waiting: "QuerySet[Refund]") -> None:
    ids = list(waiting.values_list("pk", flat=True))
    waiting.update(on_hold=False, next_attempt_at=wall())
    for pk in ids:
        enqueue_after_commit("refunds.send", pk)
