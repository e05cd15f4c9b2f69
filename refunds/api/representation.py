"""A refund as JSON. What a gateway or our own code said of a fault is for staff; the buyer is told that it failed."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from kernel.actors import BUYER, Actor

from ..machine import Status
from ..models import Refund


def _time(at: datetime | None) -> str | None:
    return timezone.localtime(at).isoformat() if at else None


def failure(refund: Refund, actor: Actor) -> str:
    if actor.kind != BUYER or not refund.failure_reason:
        return refund.failure_reason
    return _("The payment channel could not carry out this refund. The shop is working on it.")


def refund_json(refund: Refund, *, actor: Actor) -> dict[str, Any]:
    """Fetch with `payment__order` and `retry_of`."""
    payment = refund.payment
    return {
        "refund_no": refund.refund_no,
        "order_no": payment.order.order_no,
        "status": refund.status,
        "status_label": str(Status(refund.status).label),
        "amount": f"{refund.amount:.2f}",
        "currency": payment.order.currency,
        "channel": payment.channel,
        "transaction_no": payment.transaction_no,
        "failure_reason": failure(refund, actor),
        "last_error": "" if actor.kind == BUYER else refund.last_error,
        "attempts": refund.attempts,
        "next_attempt_at": _time(refund.next_attempt_at),
        "created_at": _time(refund.created_at),
        "settled_at": _time(refund.settled_at),
        "retry_of": refund.retry_of.refund_no if refund.retry_of else None,
        "proposed": refund.proposed_by is not None,
    }
