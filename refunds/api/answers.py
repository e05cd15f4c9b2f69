"""The shape of an answer about a refund; `representation` builds it."""

from typing import Annotated, TypedDict

from web.api.answers import Moment, Money, OneOf

from ..machine import Status
from ..redirections.models import Target


class RedirectionAnswer(TypedDict):
    id: int
    to: Annotated[str, OneOf(Target.values)]
    to_label: str
    account: Annotated[str, "Bank and last digits of a card; empty: the shop's own account."]
    note: str
    proposed_at: Moment


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
    trace_no: Annotated[str, "The bank's number of it, or the channel's: what a buyer quotes there. Empty until then."]
    received_account: Annotated[str, "Where the money went, masked, in the channel's words; empty until it says so."]
    expected_at: Annotated[Moment | None, "What the buyer was promised when it was sent; null where none comes."]
    failure_reason: str
    last_error: str
    attempts: int
    next_attempt_at: Moment | None
    created_at: Moment
    returned_at: Annotated[Moment | None, "When the bank sent it back; null while it did not."]
    settled_at: Moment | None
    retry_of: str | None
    proposed: Annotated[bool, "One person has proposed a settlement by hand."]
    settled_by_hand: Annotated[bool, "Two people said that the money went back another way."]
    on_hold: Annotated[bool, "A chargeback of its payment is open: nothing is sent until the bank has decided."]
    call_off_proposed: Annotated[bool, "One person has proposed to call it off; for the buyer never true."]
    called_off_at: Annotated[Moment | None, "Two people called it off: it fails once the channel doesn't know it."]
    redirection: Annotated[RedirectionAnswer | None, "Waits for a second person; null for the buyer."]
    redirected_to: Annotated[str, "Where two people have sent it on, masked; `merchant`: to the shop's own account."]
    charged_back: Annotated[Money, "Of a failed one: what the buyer's bank gave them instead. It isn't paid again."]
    proof: Annotated[str, "Of the settlement by hand; for the buyer once it is confirmed."]
