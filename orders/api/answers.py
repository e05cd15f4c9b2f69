"""The shapes of answers about orders; `representation` builds them."""

from collections.abc import Mapping
from typing import Annotated, TypedDict

from kernel.actors import KINDS
from web.api.answers import Moment, Money, OneOf

from ..machine import AftersalesState, Fulfilment, Status
from ..models import OrderLine, PromotionKind
from ..models.note import Flag
from ..models.payment import Purpose


class LineAnswer(TypedDict):
    line_id: int
    kind: Annotated[str, OneOf(OrderLine.Kind.values)]
    kind_label: str
    gift_of_line_id: Annotated[int | None, "Of a gift: the goods that it came with; null: with the order as a whole."]
    sku: str
    title: str
    spec: str
    category: str
    image_url: str
    unit_price: Money
    quantity: int
    discount: Money
    discount_share: Money
    points_share: Money
    points: int
    paid_amount: Money
    refunded_amount: Annotated[Money, "Used up by refunds, arrived or still owed (`refund_owed` of the order)."]
    shipped_quantity: int
    delivered_at: Annotated[Moment | None, "When the last parcel with its units was delivered."]
    refunded_quantity: int
    open_quantity: int
    to_ship: int
    virtual: bool
    exchange_excluded: bool
    no_reason_exempt: bool
    exempt_confirmed: bool
    warranty_days: Annotated[int, "三包: free repair for so many days from delivery, or installation (D-8)."]
    warranty_return_days: Annotated[int, "Where the law's 7 are not all; 0: they are."]
    warranty_exchange_days: Annotated[int, "Where the law's 15 are not all; 0: they are."]
    installed_at: Annotated[Moment | None, "Where told: the warranty runs from then (D-5)."]
    repair_attempts: Annotated[int, "Units × repairs of a fault; two that failed open an exchange (D-8)."]
    replaces_line_id: Annotated[int | None, "After an exchange: the line whose units this one replaces."]
    exchanged_quantity: Annotated[int, "Units that were exchanged: they are a line of their own."]
    window_ends_at: Annotated[Moment | None, "Of a replacement, whose window begins anew; null on others."]


class PaymentAnswer(TypedDict):
    channel: str
    transaction_no: str
    amount: Money
    refunded: Money
    charged_back: Annotated[Money, "What can't be refunded because of chargebacks, open or lost."]
    disputed: Annotated[Money, "In open chargebacks: the payer's bank is deciding."]
    lost: Annotated[Money, "In lost chargebacks: the payer's bank has given it back to them."]
    paid_at: Moment
    shared_total: Annotated[Money | None, "The total of the transaction, if it pays for several orders."]
    purpose: Annotated[str, OneOf(Purpose.values)]
    purpose_label: str


class PromotionAnswer(TypedDict):
    """What the order was bought under; amounts of another kind are 0.00."""

    kind: Annotated[str, OneOf(PromotionKind.values)]
    kind_label: str
    code: str
    threshold: Money
    discount: Money
    freight: Money
    valid_until: Moment | None


class PersonAnswer(TypedDict):
    kind: Annotated[str, OneOf(KINDS)]
    kind_label: str
    name: str


class NoteAnswer(TypedDict):
    id: int
    text: str
    flag: Annotated[str, OneOf(Flag.values)]
    flag_label: str
    author: PersonAnswer
    at: Moment


# `from` is a word of Python: only this form of a TypedDict can name it.
_From = TypedDict("_From", {"from": str, "from_label": str})


class StepOfHistory(_From):
    """What every line of a timeline has; `from` and `to` are statuses, `from` is empty for the first."""

    at: Moment
    action: Annotated[str, "In lower snake case, such as `confirm_receipt`."]
    action_label: str
    to: str
    to_label: str
    note: str


class MoveAnswer(StepOfHistory):
    actor: PersonAnswer


class ReceiverAnswer(TypedDict):
    """Masked for everybody but the buyer: 王**, 138****1234, province and city of the address."""

    name: str
    phone: str
    address: str


class OrderTimes(TypedDict):
    placed_at: Moment
    paid_at: Moment | None
    shipped_at: Moment | None
    delivered_at: Moment | None
    completed_at: Moment | None
    closed_at: Moment | None
    close_reason: str
    ship_due_at: Moment | None
    ship_overdue: Annotated[bool, "Paid, and not shipped in time: a refund of what has not left needs nobody."]
    receipt_due_at: Moment | None
    window_ends_at: Moment | None
    window_open: bool


class OrderSummaryAnswer(OrderTimes):
    order_no: str
    shop: str
    shop_name: str
    buyer: str
    currency: str
    status: Annotated[str, OneOf(Status.values)]
    status_label: str
    fulfilment: Annotated[str, OneOf(Fulfilment.values)]
    fulfilment_label: str
    aftersales_state: Annotated[str, OneOf(AftersalesState.values)]
    aftersales_state_label: str
    freight: Money
    discount: Money
    points_deduction: Money
    points_used: int
    coupons: list[str]
    points_earned: int
    promotion_kept: Annotated[Money, "Kept back of refunds for lost discounts, gifts and free shipping."]
    amount: Money
    refunded_amount: Annotated[Money, "What has really arrived, or was given back before the import."]
    refund_owed: Annotated[Money, "Agreed and not arrived: the bank returned it, it failed, or it is on its way again."]
    receiver: ReceiverAnswer
    lines: list[LineAnswer]
    awaits_answer: Annotated[bool, "The buyer asked something on the order, and the shop has not answered."]
    allowed_actions: list[str]


class OrderOverview(OrderSummaryAnswer):
    """With what a page of one order shows. `parcels` are described in `logistics.api.answers`."""

    payments: list[PaymentAnswer]
    promotions: list[PromotionAnswer]
    timeline: list[MoveAnswer]
    parcels: list[Mapping[str, object]]


class OrderAnswer(OrderOverview):
    notes: Annotated[int, "How many remarks there are."]


class SkuAnswer(TypedDict):
    sku: str
    shop: str
    title: str
    title_en: Annotated[str, "Empty: the title is shown to everybody."]
    spec: str
    spec_en: str
    category: str
    product: Annotated[str, "Groups the variants of a product; empty: the title does."]
    price: Money
    currency: Annotated[str, "Of the price: the shop's where none was given."]
    image_url: str
    virtual: bool
    exchange_excluded: bool
    no_reason_exempt: bool
    warranty_days: int


class StockAnswer(TypedDict):
    on_hand: int
    reserved: int
    available: int
    resellable: Annotated[int, "Came back and is not as new: marked, no part of the others, never promised."]
