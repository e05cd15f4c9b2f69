"""A refund as JSON. What a gateway or our own code said of a fault is for staff; the buyer only sees that it failed."""

from django.utils.translation import gettext as _

from kernel.actors import BUYER, Actor
from web.api.answers import money, when

from ..labels import channel_label, error_text
from ..machine import Status
from ..models import Refund
from .answers import RefundAnswer


def failure(reason: str, actor: Actor, *, again: bool = False) -> str:
    """For buyers without the channel's own words, and without any where another refund was sent instead."""
    if again and actor.kind == BUYER:
        return ""
    if actor.kind != BUYER or not reason:
        return error_text(reason)
    return _("The payment channel couldn't make this refund. The shop is working on it.")


def refund_json(refund: Refund, *, actor: Actor) -> RefundAnswer:
    """Fetch with `payment__order` and `retry_of`."""
    payment = refund.payment
    return {
        "refund_no": refund.refund_no,
        "order_no": payment.order.order_no,
        "status": refund.status,
        "status_label": str(Status(refund.status).label),
        "amount": money(refund.amount, payment.order.currency),
        "currency": payment.order.currency,
        "channel": payment.channel,
        "channel_label": channel_label(payment.channel),
        "transaction_no": payment.transaction_no,
        "failure_reason": failure(refund.failure_reason, actor),
        "last_error": "" if actor.kind == BUYER else error_text(refund.last_error),
        "attempts": refund.attempts,
        "next_attempt_at": when(refund.next_attempt_at),
        "created_at": when(refund.created_at),
        "settled_at": when(refund.settled_at),
        "retry_of": refund.retry_of.refund_no if refund.retry_of else None,
        "proposed": refund.proposed_by is not None,
        "settled_by_hand": refund.confirmed_by is not None,
        "proof": refund.proof if actor.kind != BUYER or refund.confirmed_by is not None else "",
    }
