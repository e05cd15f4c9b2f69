from typing import Annotated, TypedDict

from refunds.payables.machine import Kind, Payee, Status
from refunds.transfers.models import State
from web.api.answers import Moment, Money, OneOf

from ..answers_proof import SettlementAnswer


class TransferAnswer(TypedDict):
    channel: str
    channel_label: str
    number: Annotated[str, "Ours, by which the channel is asked."]
    status: Annotated[str, OneOf(State.values)]
    status_label: str
    created_at: Moment
    sent_at: Annotated[Moment | None, "When a request first left for the channel."]
    trace_no: Annotated[str, "The channel's number, once it has given one."]
    account: Annotated[str, "Where it goes, masked, in the channel's words."]
    reason: Annotated[str, "Why it did not arrive, or what it waits for. Empty for buyers."]
    confirmation: Annotated[
        str,
        "For the buyer that it waits for: JSON that the shop's mini program passes to requestMerchantTransfer.",
    ]
    confirm_by: Annotated[Moment | None, "The buyer has to accept it until then, in the channel's app."]
    ended_at: Moment | None


class PayableAnswer(TypedDict):
    payable_no: str
    order_no: str
    ticket_no: Annotated[str | None, "Null where it belongs to the order as a whole."]
    kind: Annotated[str, OneOf(Kind.values)]
    kind_label: str
    payee: Annotated[str, OneOf(Payee.values)]
    payee_label: str
    status: Annotated[str, OneOf(Status.values)]
    status_label: str
    amount: Money
    currency: str
    ground: str
    text: Annotated[str, "What to tell the buyer of it."]
    proof: Annotated[str, "Once it is paid: the number of the transfer."]
    paid_through: Annotated[str, "The channel that paid it; empty where somebody paid it another way, and before."]
    settlement: Annotated[SettlementAnswer | None, "Of one that somebody paid a buyer another way."]
    transfer: Annotated[TransferAnswer | None, "The last one through the channel, whatever became of it."]
    created_at: Moment
    due_at: Annotated[Moment, "By when it should be paid."]
    approved_at: Moment | None
    approved_by: Annotated[str, "Empty for buyers, and before the approval."]
    paid_at: Moment | None
    voided_at: Annotated[Moment | None, "When support found that what was marked as paid had not arrived."]
    call_off_proposed_by: Annotated[
        str, "Who looked for a transfer that the channel doesn't answer for any more. Empty for buyers."
    ]
    paying_by: Annotated[str, "Who chose the transfer that is under way. Empty for buyers."]
    paid_by: Annotated[str, "Another person than who approved it. Empty for buyers, and before it is paid."]
    cancelled_at: Moment | None
    allowed_actions: list[str]
