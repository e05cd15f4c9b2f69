"""The shapes of answers about tickets and what belongs to them; the modules `representation*` build them."""

from typing import Annotated, TypedDict

from kernel.actors import INTEGRATION, KINDS
from logistics.api.answers import ParcelAnswer, PickupAnswer
from orders.api.answers import StepOfHistory
from refunds.machine import Status as RefundStatus
from web.api.answers import Moment, Money, OneOf, SignedMoney

from ..models import Offer, TicketRefund
from ..models.extra_goods import CONDITIONS
from ..models.message import AUTHORS
from ..models.ticket_line import Condition
from ..states import (
    OFFER_TYPES,
    Due,
    FreightPayer,
    InKind,
    Phase,
    QualityPath,
    RejectionGround,
    Stage,
    Status,
    Type,
)  # fmt: skip
from ..wording.flow import StepName
from ..wording.progress import StepState
from .answers_proof import EvidenceAnswer, SettlementAnswer
from .benefits.answers import BenefitAnswer, DeductionAnswer
from .overrides import OverrideAnswer
from .payables.answers import PayableAnswer
from .versions import VersionAnswer

OUTWARD_KINDS = [kind for kind in KINDS if kind != INTEGRATION]
TicketType = Annotated[str, OneOf(Type.values)]
TicketStatus = Annotated[str, OneOf(Status.values)]


class SummaryAnswer(TypedDict):
    stages: Annotated[dict[str, int], "By the tabs of the list."]
    overdue: int


class ReasonOfTicketAnswer(TypedDict):
    code: str
    label: str


class InKindAnswer(TypedDict):
    points: int
    coupons: list[str]


# --- a ticket in a list ----------------------------------------------------------------------------------


class TicketShopAnswer(TypedDict):
    code: str
    name: str
    contact_name: str
    contact_phone: str


class ConditionAnswer(TypedDict):
    """One of the conditions that returned goods are graded by (S-087)."""

    code: Annotated[str, OneOf(Condition.values)]
    label: str
    arrived: Annotated[bool, "Whether such units came at all: what did not is never refunded."]
    restocked: Annotated[bool, "Whether they go back to the shelf: as new, or marked as resellable."]


class InspectionAnswer(TypedDict):
    condition: Annotated[str, OneOf(Condition.values)]
    condition_label: str
    quantity: int


class ExtraAnswer(TypedDict):
    line_id: Annotated[int | None, "A line of the order, of which more units came than announced."]
    sku: Annotated[str | None, "None: nobody knows what it is."]
    title: str
    quantity: int
    condition: Annotated[str, OneOf([code for code, _label in CONDITIONS])]
    condition_label: str
    recorded_at: str


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
    inspections: Annotated[list[InspectionAnswer], "What the goods that came back were found to be; empty before."]
    replacement_line_id: Annotated[int | None, "After an exchange: the order line of what was sent instead."]


class AlertAnswer(TypedDict):
    code: str
    label: str


class AssigneeAnswer(TypedDict):
    username: str
    name: str


class TicketSummaryAnswer(TypedDict):
    """Amounts are null where the type pays no money."""

    ticket_no: str
    version: Annotated[int, "Grows with whatever changes what is decided on; a decision may name it."]
    order_no: str
    shop: TicketShopAnswer
    buyer: str
    assignee: Annotated[AssigneeAnswer | None, "Who of the shop works on it; null for buyers."]
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
    collect: Annotated[bool, "The parcel was sent freight collect."]


class AddressCopyAnswer(TypedDict):
    id: int
    name: str
    phone: str
    address: str


class AuthorAnswer(TypedDict):
    kind: Annotated[str, OneOf(AUTHORS)]
    kind_label: str
    name: str


class ReadingAnswer(TypedDict):
    """How far the caller's side (buyer, shop or support) has read a conversation."""

    read_to: Annotated[int | None, "The newest message that is read."]
    unread: Annotated[int, "How many messages of the others are not."]


class MessageAnswer(TypedDict):
    id: int
    ticket_no: Annotated[str, "The ticket that it was said on; empty: on the order itself."]
    at: Moment
    author: AuthorAnswer
    text: str
    evidence: list[EvidenceAnswer]


class StepAnswer(TypedDict):
    name: Annotated[str, OneOf(StepName.values)]
    status: TicketStatus
    label: str
    at: Annotated[Moment | None, "When it was done; null while it is not."]
    state: Annotated[str, OneOf(StepState.values)]
    state_label: str
    automatic: Annotated[bool, "Done by the clock, because whoever had to act did not."]


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
    tender_text: Annotated[str, "The channel and the masked account, or the end of the number where two are alike."]
    received_account: Annotated[str, "Where the money went, masked, in the channel's words; empty until it says so."]
    redirected_to: Annotated[str, "Where two people have sent it on, masked; `merchant`: to the shop's own account."]
    trace_no: Annotated[str, "The bank's number of it, or the channel's: what a buyer quotes there. Empty until then."]
    failure_reason: str
    retried_as: Annotated[str | None, "The refund that was sent instead of this one, which had failed."]
    created_at: Moment
    settled_at: Moment | None
    expected_at: Annotated[Moment | None, "The last day, as promised when it was sent; null after a failure."]
    expected_text: Annotated[str, "What to tell the buyer of it."]
    settlement: SettlementAnswer | None
    on_hold: Annotated[bool, "A chargeback of its payment is open: nothing is sent until the bank has decided."]
    charged_back: Annotated[Money, "Of a failed one: what the buyer's bank gave them instead. It isn't paid again."]


class OutcomeAnswer(TypedDict):
    """What the ticket ended with instead of money: the buyer accepted it."""

    type: Annotated[str, OneOf(InKind.values)]
    type_label: str
    what: str
    cost: Annotated[Money | None, "To the shop; null for the buyer of a gift."]
    voucher_code: Annotated[str, "Once it is handed over; empty for a gift."]
    valid_until: Annotated[str | None, "The last day of a voucher, YYYY-MM-DD."]
    due_at: Annotated[Moment | None, "By when the shop has to hand it over; null once it has."]
    handed_over_at: Moment | None


class OfferAnswer(TypedDict):
    id: int
    type: Annotated[str, OneOf(OFFER_TYPES)]
    type_label: str
    amount: Annotated[Money, "Before the fee, with the outbound freight."]
    service_fee: Money
    pays: Annotated[Money, "What the buyer gets: the amount without the fee."]
    return_freight_payer: Annotated[
        str | None, OneOf(FreightPayer.values), "Who pays the way back by it; null: as it is."
    ]
    return_freight_payer_label: str | None
    note: str
    what: Annotated[str, "Of a voucher or a gift: what it is. `amount` is its cost."]
    valid_until: Annotated[str | None, "The last day of a voucher, YYYY-MM-DD."]
    status: Annotated[str, OneOf(Offer.Status.values)]
    status_label: str
    at: Moment
    answered_at: Annotated[Moment | None, "When it was answered, replaced or expired; null while it is open."]


class NotedConsentAnswer(TypedDict):
    amount: Annotated[Money, "What is kept back on the note."]
    note: str
    at: Moment
    object_until: Annotated[Moment | None, "Null before the money was paid: the 7 days have not begun."]
    objected_at: Moment | None
    objection: Annotated[str | None, "The number of the ticket by which the buyer objects."]


class TicketMoney(TypedDict):
    claimed_amount: Money | None
    service_fee: Money | None
    deduction: Money | None
    freight_amount: Money | None
    return_freight: ReturnFreightAnswer
    difference_paid: bool
    deductions: list[DeductionAnswer]
    returned_in_kind: InKindAnswer


class TicketFacts(TypedDict):
    sub_reason: Annotated[ReasonOfTicketAnswer | None, "Which kind of the reason it is, where the buyer said so."]
    description: str
    received: bool
    returnless: Annotated[bool, "The goods stay with the buyer."]
    after_failed_repairs: Annotated[
        bool, "The fault was reported again after two repairs, within the warranty: a replacement is due (D-8)."
    ]
    quality_path: Annotated[
        str | None,
        OneOf(QualityPath.values),
        "Of a claim of quality: within 3 days of signing, or later (S-078, S-079).",
    ]
    quality_path_label: str | None
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
    pickup: Annotated[PickupAnswer | None, "The newest one of what goes back."]


class TicketAnswer(TicketSummaryAnswer, TicketMoney, TicketFacts, TicketParcels):
    """A whole ticket. Amounts are null where the type pays no money."""

    extras: Annotated[list[ExtraAnswer], "Goods in the return parcel that nobody announced. They stay the buyer's."]
    evidence: list[EvidenceAnswer]
    ceiling: Annotated[Money | None, "For merchant and support while undecided: the most to approve."]
    steps: list[StepAnswer]
    timeline: list[TicketMoveAnswer]
    refunds: list[RefundOfTicketAnswer]
    benefits: Annotated[list[BenefitAnswer], "Points and coupons that move with the refund that has arrived."]
    overrides: Annotated[list[OverrideAnswer], "What a manager decided alone in an emergency. Empty for buyers."]
    payables: Annotated[list[PayableAnswer], "What is owed because of it beyond its refunds."]
    offers: Annotated[list[OfferAnswer], "Every offer of the shop, oldest first."]
    outcome: Annotated[OutcomeAnswer | None, "A voucher or a gift instead of money (S-061, S-062)."]
    noted_consent: Annotated[NotedConsentAnswer | None, "Less is paid on a note of how the buyer agreed (B-13)."]
    objects_to: Annotated[str | None, "The number of the ticket to whose lower amount this one objects."]
    versions: Annotated[list[VersionAnswer], "Of the application, oldest first; empty while there is only one (B-17)."]
    dispute: dict[str, object] | None
    conversation: ReadingAnswer
