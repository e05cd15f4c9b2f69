"""A refund as JSON. What a gateway or our own code said of a fault is for staff; the buyer only sees that it failed."""

from datetime import datetime

from django.utils.translation import gettext as _

from kernel.actors import BUYER, Actor
from web.api.answers import money, when

from ..labels import CHARGED_BACK, channel_label, error_text, expected, held_text, refund_label, returned_text
from ..machine import Status
from ..models import Refund
from ..redirections.models import Target
from ..redirections.services import proposed
from .answers import RedirectionAnswer, RefundAnswer


def failure(reason: str, actor: Actor, *, again: bool = False, returned: bool = False, disputed: bool = False) -> str:
    """For buyers without the channel's own words, and without any where another refund was sent instead, or the bank
    has paid. `returned`: the bank sent the money back. `disputed`: it decides on a chargeback of the payment."""
    if actor.kind == BUYER and (again or reason == CHARGED_BACK):
        return ""
    if actor.kind == BUYER and disputed and (returned or reason):
        return held_text()
    if actor.kind == BUYER and returned:
        return returned_text()
    if actor.kind != BUYER or not reason:
        return error_text(reason)
    return _("The payment channel couldn't make this refund. The shop is working on it.")


def promised(
    status: str, channel: str, expected_at: datetime | None, created_at: datetime, settled_at: datetime | None
) -> datetime | None:
    """What the buyer was promised; before it is sent, and of rows without it, what would be. None: nothing comes."""
    estimate = expected(status, channel, created_at=created_at, settled_at=settled_at)
    return (expected_at or estimate.ends) if estimate else None


def refund_json(refund: Refund, *, actor: Actor) -> RefundAnswer:
    """Fetch with `payment__order` and `retry_of`."""
    payment, by_hand = refund.payment, refund.confirmed_by is not None
    times = refund.expected_at, refund.created_at, refund.settled_at
    return {
        "refund_no": refund.refund_no,
        "order_no": payment.order.order_no,
        "status": refund.status,
        "status_label": refund_label(refund.status, again=False, by_bank=refund.charged_back > 0),
        "amount": money(refund.amount, payment.order.currency),
        "currency": payment.order.currency,
        "channel": payment.channel,
        "channel_label": channel_label(payment.channel),
        "transaction_no": payment.transaction_no,
        "trace_no": refund.findable_by,
        "received_account": refund.received_account,
        # What went another way, or waits for a bank, arrives at no time that the channel could promise.
        "expected_at": None if by_hand or refund.on_hold else when(promised(refund.status, payment.channel, *times)),
        "failure_reason": failure(
            refund.failure_reason, actor, returned=refund.status == Status.RETURNED, disputed=payment.disputed > 0
        ),
        "last_error": "" if actor.kind == BUYER else error_text(refund.last_error),
        "attempts": refund.attempts,
        "next_attempt_at": when(refund.next_attempt_at),
        "created_at": when(refund.created_at),
        "returned_at": when(refund.returned_at) if refund.status == Status.RETURNED else None,
        "settled_at": when(refund.settled_at),
        "retry_of": refund.retry_of.refund_no if refund.retry_of else None,
        "proposed": refund.proposed_by is not None,
        "settled_by_hand": by_hand,
        "on_hold": refund.on_hold,
        "call_off_proposed": refund.call_off_proposed_by is not None and actor.kind != BUYER,
        "called_off_at": when(refund.called_off_at) if actor.kind != BUYER else None,
        "redirection": None if actor.kind == BUYER else _redirection(refund),
        "redirected_to": refund.redirected_to,
        "charged_back": money(refund.charged_back, payment.order.currency),
        "proof": refund.proof if actor.kind != BUYER or by_hand else "",
    }


def _redirection(refund: Refund) -> RedirectionAnswer | None:
    row = proposed(refund)
    if row is None:
        return None
    return {
        "id": row.pk,
        "to": row.target,
        "to_label": str(Target(row.target).label),
        "account": row.destination,
        "note": row.note,
        "proposed_at": when(row.proposed_at),
    }
