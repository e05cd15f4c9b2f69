"""The shape of an answer about a chargeback, and the function that builds it."""

from typing import Annotated, TypedDict

from web.api.answers import Moment, Money, OneOf, money, when

from ..labels import channel_label
from .machine import Status
from .models import Chargeback
from .reasons import reason_text


class ChargebackAnswer(TypedDict):
    chargeback_no: str
    order_no: str
    status: Annotated[str, OneOf(Status.values)]
    status_label: str
    amount: Money
    currency: str
    channel: str
    channel_label: str
    transaction_no: str
    reason: str
    reason_label: str
    excess: Annotated[Money, "Of the amount, what the buyer had been refunded before, and so has twice."]
    opened_at: Moment
    ended_at: Moment | None


def chargeback_json(chargeback: Chargeback) -> ChargebackAnswer:
    """Fetch with `payment__order`."""
    payment = chargeback.payment
    currency = payment.order.currency
    return {
        "chargeback_no": chargeback.chargeback_no,
        "order_no": payment.order.order_no,
        "status": chargeback.status,
        "status_label": str(Status(chargeback.status).label),
        "amount": money(chargeback.amount, currency),
        "currency": currency,
        "channel": payment.channel,
        "channel_label": channel_label(payment.channel),
        "transaction_no": payment.transaction_no,
        "reason": chargeback.reason,
        "reason_label": reason_text(chargeback.reason),
        "excess": money(chargeback.excess, currency),
        "opened_at": when(chargeback.opened_at),
        "ended_at": when(chargeback.ended_at),
    }
