from datetime import datetime
from decimal import Decimal

from django.db.models import F

from kernel.actors import Actor
from kernel.errors import OverRefund
from kernel.jobs import enqueue_after_commit
from kernel.machine import begin
from kernel.numbers import new_number
from orders.models import Payment

from ..clock import wall
from ..models import Refund


def reserve(
    payment: Payment, amount: Decimal, *, actor: Actor, now: datetime, retry_of: Refund | None = None
) -> Refund:
    """A refund that will be sent once the caller's transaction is committed, and the money set aside for it.

    Call with the order locked. OverRefund (409) when the payment does not hold `amount` any more.
    """
    take(payment, amount)
    refund = begin(
        Refund(
            payment=payment,
            refund_no=new_number("RF", now),
            amount=amount,
            retry_of=retry_of,
            created_at=now,
            # Due at once: if the message sent below is lost, the sweep finds it (F17).
            next_attempt_at=wall(),
        ),
        actor=actor,
        now=now,
        data={"amount": amount, "channel": payment.channel} | ({"retry_of": retry_of.refund_no} if retry_of else {}),
    )
    enqueue_after_commit("refunds.send", refund.pk)
    return refund


def take(payment: Payment, amount: Decimal) -> None:
    """One conditional UPDATE, so that two refunds can never both have the last cent; the CHECK would refuse it too."""
    enough = Payment.objects.filter(shop_id=payment.shop_id, pk=payment.pk, captured__gte=F("refunded") + amount)
    if not enough.update(refunded=F("refunded") + amount):
        raise OverRefund()
    # So that the caller's copy is right for its next share without another query.
    payment.refunded += amount


def release(refund: Refund) -> None:
    """The money of a refund that failed is free again."""
    payment = Payment.objects.filter(shop_id=refund.shop_id, pk=refund.payment_id)
    # Without a condition: the CHECK refuses a sum below zero.
    payment.update(refunded=F("refunded") - refund.amount)
