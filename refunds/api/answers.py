"""The shape of an answer about a refund; `representation` builds it."""

from typing import Annotated, TypedDict

from web.api.answers import Moment, Money, OneOf

from ..machine import Status


class RefundAnswer(TypedDict):
    refund_no: str
    order_no: str
    status: Annotated[str, OneOf(Status.values)]
    status_label: str
    amount: Money
    currency: str
    channel: str
    channel_label: str
    transaction_no: str
    failure_reason: str
    last_error: str
    attempts: int
    next_attempt_at: Moment | None
    created_at: Moment
    settled_at: Moment | None
    retry_of: str | None
    proposed: Annotated[bool, "One person has proposed a settlement by hand."]
    settled_by_hand: Annotated[bool, "Two people said that the money went back another way."]
    proof: Annotated[str, "Of the settlement by hand; for the buyer once it is confirmed."]
