from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import F
from django.db.models.functions import Least

from kernel.actors import Actor
from kernel.calls.clock import wall
from kernel.jobs import enqueue_after_commit
from kernel.machine import begin
from kernel.numbers import new_number
from orders.models import Payment

from ..amounts import over_refund
from ..models import Refund


def reserve(
    payment: Payment,
    amount: Decimal,
    *,
    actor: Actor,
    now: datetime,
    retry_of: Refund | None = None,
    behind_bank: bool = False,
) -> Refund:
    """A refund that will be sent once the caller's transaction is committed, and the money set aside for it. While a
    chargeback of the payment is open, it waits for that. `behind_bank`: for what is owed whatever the bank decides: it
    may claim what the bank has as well, and then it waits, and makes way where the bank gives it to the payer.

    Call with the order locked. OverRefund (409) when the payment does not hold `amount` any more.
    """
    take(payment, amount, behind_bank=behind_bank)
    refund = begin(
        Refund(
            payment=payment,
            refund_no=new_number("RF", now),
            amount=amount,
            retry_of=retry_of,
            created_at=now,
            # Due at once: if the message sent below is lost, the sweep finds it (F17).
            next_attempt_at=wall(),
            on_hold=payment.disputed > 0 or (payment.overlap > 0 and behind_bank),
        ),
        actor=actor,
        now=now,
        data={"amount": amount, "channel": payment.channel} | ({"retry_of": retry_of.refund_no} if retry_of else {}),
    )
    enqueue_after_commit("refunds.send", refund.pk)
    return refund


# One conditional UPDATE, so that two refunds can never both have the last cent; the CHECK would refuse it too. Its
# answer says whether a chargeback is open, whatever the caller has read before.
_TAKE = """
UPDATE orders_payment SET refunded = refunded + %(amount)s
WHERE shop_id = %(shop)s AND id = %(id)s AND captured >= refunded + charged_back + %(amount)s
RETURNING refunded, charged_back, disputed, lost
"""


# The same where what the bank has may be claimed as well, but for what it has given instead of other refunds.
_TAKE_BEHIND = """
UPDATE orders_payment SET refunded = refunded + %(amount)s,
       charged_back = least(disputed + lost, captured - refunded - %(amount)s)
WHERE shop_id = %(shop)s AND id = %(id)s AND captured >= refunded + %(amount)s + (
    SELECT coalesce(sum(charged_back), 0) FROM refunds_refund WHERE shop_id = %(shop)s AND payment_id = %(id)s
)
RETURNING refunded, charged_back, disputed, lost
"""


def take(payment: Payment, amount: Decimal, *, behind_bank: bool = False) -> None:
    """OverRefund (409) when the payment does not hold `amount` any more: it is refunded, or the bank has it."""
    with connection.cursor() as cursor:
        sql = _TAKE_BEHIND if behind_bank else _TAKE
        cursor.execute(sql, {"shop": payment.shop_id, "id": payment.pk, "amount": amount})
        row = cursor.fetchone()
    if row is None:
        raise over_refund([Payment.objects.get(shop_id=payment.shop_id, pk=payment.pk)])
    # So that the caller's copy is right for its next share without another query.
    payment.refunded, payment.charged_back, payment.disputed, payment.lost = row


def release(refund: Refund) -> None:
    """The money of a refund that failed is free again: first for a chargeback that it left no money for."""
    payment = Payment.objects.filter(shop_id=refund.shop_id, pk=refund.payment_id)
    # Without a condition: the CHECK refuses a sum below zero.
    rest = F("refunded") - refund.amount
    payment.update(refunded=rest, charged_back=Least(F("disputed") + F("lost"), F("captured") - rest))
