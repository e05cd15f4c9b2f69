"""The shape of an answer about a complaint, and the function that builds it."""

from typing import Annotated, TypedDict

from web.api.answers import Moment, Money, OneOf, money, when

from ..labels import channel_label
from .machine import Status
from .models import Complaint
from .wording import reason_text


class ComplaintAnswer(TypedDict):
    complaint_no: Annotated[str, "The channel's; a chargeback with this number is what the channel did with the money."]
    order_no: str
    status: Annotated[str, OneOf(Status.values)]
    status_label: str
    channel: str
    channel_label: str
    channel_status: Annotated[str, "In the channel's own word."]
    transaction_no: str
    reason: str
    reason_label: str
    text: Annotated[str, "What the buyer wrote."]
    amount: Annotated[Money | None, "What the buyer asks for, where the channel says it."]
    currency: str
    with_platform: Annotated[bool, "The channel's support has been called in."]
    fully_refunded: Annotated[bool, "As the channel says: by whomever."]
    opened_at: Moment
    answer_by: Annotated[Moment | None, "Where the channel's rules name a time."]
    solve_by: Annotated[Moment | None, "The same."]
    closed_at: Moment | None


def complaint_json(complaint: Complaint) -> ComplaintAnswer:
    """Fetch with `payment__order`."""
    payment = complaint.payment
    currency = payment.order.currency
    return {
        "complaint_no": complaint.complaint_no,
        "order_no": payment.order.order_no,
        "status": complaint.status,
        "status_label": str(Status(complaint.status).label),
        "channel": payment.channel,
        "channel_label": channel_label(payment.channel),
        "channel_status": complaint.channel_status,
        "transaction_no": payment.transaction_no,
        "reason": complaint.reason,
        "reason_label": reason_text(complaint.reason),
        "text": complaint.text,
        "amount": None if complaint.amount is None else money(complaint.amount, currency),
        "currency": currency,
        "with_platform": complaint.with_platform,
        "fully_refunded": complaint.fully_refunded,
        "opened_at": when(complaint.opened_at),
        "answer_by": when(complaint.answer_by),
        "solve_by": when(complaint.solve_by),
        "closed_at": when(complaint.closed_at),
    }
