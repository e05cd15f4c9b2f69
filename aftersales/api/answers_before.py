"""The shapes of answers before there is a ticket: reasons, what is possible, quotes."""

from typing import Annotated, TypedDict

from web.api.answers import Money, OneOf, SignedMoney

from ..states import Fault
from .answers import InKindAnswer, ReasonOfTicketAnswer, TicketType
from .benefits.answers import DeductionAnswer, TakenBackAnswer


class ReasonAnswer(TypedDict):
    type: TicketType
    type_label: str
    code: str
    label: str
    fault: Annotated[str, OneOf(Fault.values)]
    fault_label: str
    evidence_required: bool
    sub_reasons: Annotated[list[ReasonOfTicketAnswer], "The kinds of it, to choose one from or none (`sub_reason`)."]


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


class TenderAnswer(TypedDict):
    channel: str
    amount: Money


class QuoteAnswer(TypedDict):
    lines: list[QuoteLineAnswer]
    goods_amount: Money
    freight_amount: Money
    price_difference: Annotated[SignedMoney, "Below zero: refunded."]
    service_fee: Money
    deductions: list[DeductionAnswer]
    returned_in_kind: InKindAnswer
    taken_back: TakenBackAnswer
    total: Money
    tenders: list[TenderAnswer]
    eligible: bool
    reasons: Annotated[list[str], "Codes of what speaks against it."]
