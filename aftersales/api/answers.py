"""The shapes of answers about tickets and what belongs to them; the modules `representation*` build them."""

from typing import Annotated, TypedDict

from kernel.actors import INTEGRATION, KINDS
from logistics.api.answers import ParcelAnswer
from orders.api.answers import StepOfHistory
from refunds.machine import Status as RefundStatus
from web.api.answers import Moment, Money, OneOf, SignedMoney, Uuid

from ..models import Evidence, TicketRefund
from ..models.message import AUTHORS
from ..states import Due, Fault, FreightPayer, Phase, RejectionGround, Stage, Status, Type
from ..wording.progress import StepState

OUTWARD_KINDS = [kind for kind in KINDS if kind != INTEGRATION]
TicketType = Annotated[str, OneOf(Type.values)]
TicketStatus = Annotated[str, OneOf(Status.values)]


class SummaryAnswer(TypedDict):
    stages: Annotated[dict[str, int], "By the tabs of the list."]
    overdue: int


class ReasonAnswer(TypedDict):
    type: TicketType
    type_label: str
    code: str
    label: str
    fault: Annotated[str, OneOf(Fault.values)]
    fault_label: str
    evidence_required: bool


class OptionAnswer(TypedDict):
    type: TicketType
    type_label: str
    sentence: Annotated[str, "What the type means for these goods."]
    eligible: bool
    reasons: Annotated[list[str], "Codes of what speaks against it."]
    reason_texts: Annotated[list[str], "The same as sentences."]
    claim_up_to: Annotated[Money, "The most that `claimed_amount` may be; 0.00: none is taken."]


class LineOptionsAnswer(TypedDict):
    line_id: int
    types: Annotated[list[TicketType], "What is possible."]
    types_labels: Annotated[list[str], "The labels of `types`, in the same order."]
    most_units: Annotated[dict[str, int], "By each of these types."]


class OptionsAnswer(TypedDict):
    types: list[OptionAnswer]
    lines: list[LineOptionsAnswer]


class QuoteLineAnswer(TypedDict):
    line_id: int
    quantity: int
    amount: Money


class InKindAnswer(TypedDict):
    points: int
    coupons: list[str]


class TenderAnswer(TypedDict):
    channel: str
    amount: Money


class QuoteAnswer(TypedDict):
    lines: list[QuoteLineAnswer]
    goods_amount: Money
    freight_amount: Money
    price_difference: Annotated[SignedMoney, "Below zero: refunded."]
    service_fee: Money
    returned_in_kind: InKindAnswer
    total: Money
    tenders: list[TenderAnswer]
    eligible: bool
    reasons: Annotated[list[str], "Codes of what speaks against it."]


# --- a ticket in a list ----------------------------------------------------------------------------------


class TicketShopAnswer(TypedDict):
    code: str
    name: str
    contact_name: str
    contact_phone: str


class ReasonOfTicketAnswer(TypedDict):
    code: str
    label: str


class TicketLineAnswer(TypedDict):
    line_id: int
    sku: str
    title: str
    spec: str
    image_url: str
    quantity: int
    refund_amount: Money | None
    exchange_sku: str | None
    exchange_label: Annotated[str, "The variant wanted, where it is another one; otherwise empty."]
    received_quantity: int | None


class AlertAnswer(TypedDict):
    code: str
    label: str


class TicketSummaryAnswer(TypedDict):
    """Amounts are null where the type pays no money."""

    ticket_no: str
    order_no: str
    shop: TicketShopAnswer
    buyer: str
    currency: str
    type: TicketType
    type_label: str
    status: TicketStatus
    status_label: str
    stage: Annotated[str, OneOf(Stage.values)]
    stage_label: str
    phase: Annotated[str, OneOf(Phase.values)]
    phase_label: str
    reason: ReasonOfTicketAnswer
    lines: list[TicketLineAnswer]
    requested_amount: Money | None
    approved_amount: Money | None
    refunded_amount: Money | None
    price_difference: SignedMoney
    due_at: Moment | None
    due_action: Annotated[str | None, OneOf(Due.values)]
    due_action_label: str | None
    overdue: bool
    overdue_since: Moment | None
    awaits_answer: Annotated[bool, "The buyer has written, and the shop has not answered yet."]
    alerts: Annotated[list[AlertAnswer], "Empty for buyers."]
    allowed_actions: Annotated[list[str], "What the caller may do now, by the names in the URL."]
    created_at: Moment
    updated_at: Moment


# --- a whole ticket --------------------------------------------------------------------------------------


class ReturnFreightAnswer(TypedDict):
    payer: Annotated[str, OneOf(FreightPayer.values)]
    payer_label: str
    amount: Money


class AddressCopyAnswer(TypedDict):
    id: int
    name: str
    phone: str
    address: str


class EvidenceAnswer(TypedDict):
    id: Uuid
    kind: Annotated[str, OneOf(Evidence.Kind.values)]
    kind_label: str
    media_type: str
    url: str
    thumbnail_url: Annotated[str | None, "Null for a video."]
    created_at: Moment


class AuthorAnswer(TypedDict):
    kind: Annotated[str, OneOf(AUTHORS)]
    kind_label: str
    name: str


class MessageAnswer(TypedDict):
    id: int
    at: Moment
    author: AuthorAnswer
    text: str
    evidence: list[EvidenceAnswer]


class StepAnswer(TypedDict):
    status: TicketStatus
    label: str
    at: Moment | None
    state: Annotated[str, OneOf(StepState.values)]
    state_label: str


class WhoAnswer(TypedDict):
    kind: Annotated[str, OneOf(OUTWARD_KINDS)]
    kind_label: str
    name: str


class TicketMoveAnswer(StepOfHistory):
    actor: WhoAnswer


class RefundOfTicketAnswer(TypedDict):
    refund_no: str
    kind: Annotated[str, OneOf(TicketRefund.Kind.values)]
    kind_label: str
    status: Annotated[str, OneOf(RefundStatus.values)]
    status_label: str
    amount: Money
    channel: str
    channel_label: str
    failure_reason: str
    created_at: Moment
    settled_at: Moment | None
    expected_at: Annotated[Moment | None, "When the buyer should see the money at the latest; null after a failure."]
    expected_text: Annotated[str, "What to tell the buyer of it."]


class TicketMoney(TypedDict):
    claimed_amount: Money | None
    service_fee: Money | None
    deduction: Money | None
    freight_amount: Money | None
    return_freight: ReturnFreightAnswer
    difference_paid: bool
    returned_in_kind: InKindAnswer


class TicketFacts(TypedDict):
    description: str
    received: bool
    returnless: Annotated[bool, "The goods stay with the buyer."]
    advance_exchange: bool
    rejection_reason: str
    rejection_ground: Annotated[str, OneOf(RejectionGround.values, blank=True)]
    rejection_ground_label: str
    return_address: AddressCopyAnswer | None
    applied_at: Moment
    received_at: Moment | None
    completed_at: Moment | None


class TicketParcels(TypedDict):
    return_parcel: ParcelAnswer | None
    replacement_parcel: ParcelAnswer | None
    send_back_parcel: ParcelAnswer | None


class TicketAnswer(TicketSummaryAnswer, TicketMoney, TicketFacts, TicketParcels):
    """A whole ticket. Amounts are null where the type pays no money."""

    evidence: list[EvidenceAnswer]
    ceiling: Annotated[Money | None, "For merchant and support while undecided: the most to approve."]
    steps: list[StepAnswer]
    timeline: list[TicketMoveAnswer]
    refunds: list[RefundOfTicketAnswer]
    dispute: dict[str, object] | None
