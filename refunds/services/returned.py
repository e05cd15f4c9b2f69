"""Money that the bank sent back after the channel had said yes, and that may arrive after all. The caller has the order
locked."""

from datetime import datetime, timedelta

from kernel.actors import GATEWAY
from kernel.calls.clock import wall
from kernel.machine import advance

from .. import policy
from ..chargebacks import cap
from ..labels import AT_MERCHANT, NOT_TAKEN, RETURNED
from ..models import Refund
from ..policy import TEXT_LENGTH
from ..signals import refund_returned, refund_settled
from .receipts import Facts
from .reserve import release, take
from .retry import not_retried


def return_money(
    refund: Refund, *, reason: str = "", may_arrive: bool | None = None, to_shop: bool = False, now: datetime
) -> Refund:
    """The money is free on the payment again, and a person chooses another way. `reason`: the channel's words.
    `may_arrive`: whether the channel may still pay it; None: it did not say so, and is asked. `to_shop`: it has paid it
    out to the shop's own bank account.

    IllegalTransition (409) for what has not left, has failed, or was settled another way by two people.
    """
    look_again_at, words = None, RETURNED
    if refund.payment.channel in policy.RETURNS_MAY_ARRIVE:
        words = AT_MERCHANT if may_arrive is False else NOT_TAKEN
        if may_arrive is not False:
            look_again_at = wall() + (policy.LOOK if may_arrive else timedelta(0))
    words = reason[:TEXT_LENGTH] or words
    returned = advance(
        refund.return_money,
        actor=GATEWAY,
        now=now,
        note=words,
        reason=words,
        look_again_at=look_again_at,
        paid_to_shop=to_shop,
    )
    release(returned)
    refund_returned.send(sender=Refund, refund=returned, actor=GATEWAY, now=now)
    cap.arrived(returned.payment, now=now)
    return returned


def settle_late(refund: Refund, facts: Facts, *, now: datetime) -> Refund:
    """A returned refund has arrived after all: it counts, if its money is still free on the payment.

    Conflict (409) where another refund was sent instead of it, OverRefund where others have used the money, and
    IllegalTransition where somebody says that it was paid another way: then a person compares with the channel.
    """
    not_retried(refund)
    take(refund.payment, refund.amount)
    settled = advance(
        refund.settle_late,
        actor=GATEWAY,
        now=now,
        gateway_no=facts.get("gateway_no", ""),
        trace_no=facts.get("trace_no", ""),
        received_account=facts.get("received_account", ""),
    )
    refund_settled.send(sender=Refund, refunds=[settled], actor=GATEWAY, now=now)
    return settled
