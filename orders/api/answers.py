"""The shapes of answers about orders; `representation` builds them."""

from collections.abc import Mapping
from typing import Annotated, TypedDict

from kernel.actors import KINDS
from web.api.answers import Moment, Money, OneOf

from ..machine import AftersalesState, Fulfilment, Status
from ..models.note import Flag
from ..models.payment import Purpose


class LineAnswer(TypedDict):
    line_id: int
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
    refunded_amount: Money
    shipped_quantity: int
    refunded_quantity: int
    open_quantity: int
    to_ship: int
    virtual: bool
    exchange_excluded: bool
    no_reason_exempt: bool
    exempt_confirmed: bool
    warranty_days: int


class PaymentAnswer(TypedDict):
    channel: str
    transaction_no: str
    amount: Money
    refunded: Money
    paid_at: Moment
    purpose: Annotated[str, OneOf(Purpose.values)]
    purpose_label: str


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
    amount: Money
    refunded_amount: Money
    receiver: ReceiverAnswer
    lines: list[LineAnswer]
    allowed_actions: list[str]


class OrderOverview(OrderSummaryAnswer):
    """With what a page of one order shows. `parcels` are described in `logistics.api.answers`."""

    payments: list[PaymentAnswer]
    timeline: list[MoveAnswer]
    parcels: list[Mapping[str, object]]


class OrderAnswer(OrderOverview):
    notes: Annotated[int, "How many remarks there are."]


class SkuAnswer(TypedDict):
    sku: str
    shop: str
    title: str
    spec: str
    category: str
    price: Money
    image_url: str
    virtual: bool
    exchange_excluded: bool
    no_reason_exempt: bool
    warranty_days: int


class StockAnswer(TypedDict):
    on_hand: int
    reserved: int
    available: int
