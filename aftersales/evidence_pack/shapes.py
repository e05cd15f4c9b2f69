"""The facts of a pack, as `evidence.json` has them and as the PDF prints them: what a bank needs, and nothing else.

Amounts are texts with the decimals of `currency`, times ISO 8601 with offset, labels in the language of the pack.
People of the shop are named by their side (`by`) only.
"""

from typing import TypedDict


class Move(TypedDict):
    """A line of a history, as the buyer may read it."""

    at: str
    by: str
    by_label: str
    action: str
    action_label: str
    status: str
    status_label: str
    note: str


class ChargebackFacts(TypedDict):
    chargeback_no: str
    status: str
    status_label: str
    amount: str
    reason: str
    reason_label: str
    channel: str
    channel_label: str
    transaction_no: str
    opened_at: str
    ended_at: str | None
    paid_twice: str
    history: list[Move]


class PaymentFacts(TypedDict):
    """`disputed`: it is what the chargeback is about. `shared_total`: of a transaction that pays several orders."""

    channel: str
    channel_label: str
    transaction_no: str
    amount: str
    shared_total: str | None
    paid_at: str
    purpose: str
    purpose_label: str
    disputed: bool


class ReceiverFacts(TypedDict):
    """Name and address are the proof of where it was delivered; the phone is masked."""

    name: str
    phone: str
    address: str


class GoodsFacts(TypedDict):
    line_id: int
    sku: str
    title: str
    spec: str
    quantity: int
    unit_price: str
    paid_amount: str
    shipped_quantity: int
    delivered_at: str | None


class RemarkFacts(TypedDict):
    at: str
    text: str


class OrderFacts(TypedDict):
    order_no: str
    shop: str
    shop_name: str
    buyer: str
    buyer_name: str
    status: str
    status_label: str
    amount: str
    freight: str
    discount: str
    points_deduction: str
    placed_at: str
    paid_at: str | None
    shipped_at: str | None
    delivered_at: str | None
    completed_at: str | None
    receiver: ReceiverFacts
    goods: list[GoodsFacts]
    remarks_of_buyer: list[RemarkFacts]
    history: list[Move]


class ScanFacts(TypedDict):
    at: str
    status: str
    status_label: str
    text: str


class ContentFacts(TypedDict):
    line_id: int
    sku: str
    quantity: int


class ParcelFacts(TypedDict):
    """`ticket_no`: of the return or the replacement that it belongs to. `delivery_proven`: by the courier, the shop's
    system, support or a proof, and not by the bare word of the shop."""

    kind: str
    kind_label: str
    ticket_no: str
    courier: str
    courier_label: str
    tracking_no: str
    status: str
    status_label: str
    sent_at: str
    delivered_at: str | None
    delivery_proven: bool
    contents: list[ContentFacts]
    scans: list[ScanFacts]


class RefundFacts(TypedDict):
    """A refund that arrived. `by_hand`: another way than along the payment, by two people; `proof` says which."""

    refund_no: str
    ticket_no: str
    channel: str
    channel_label: str
    transaction_no: str
    amount: str
    gateway_no: str
    trace_no: str
    received_account: str
    settled_at: str
    by_hand: bool
    proof: str


class PayableFacts(TypedDict):
    """What the buyer was paid beyond refunds, along no payment of the order."""

    payable_no: str
    kind: str
    kind_label: str
    amount: str
    paid_at: str
    proof: str


class ReturnedFacts(TypedDict):
    line_id: int
    sku: str
    quantity: int
    received_quantity: int | None
    refund_amount: str


class TicketFacts(TypedDict):
    ticket_no: str
    type: str
    type_label: str
    reason: str
    reason_label: str
    description: str
    status: str
    status_label: str
    requested_amount: str
    approved_amount: str | None
    refunded_amount: str
    rejection_reason: str
    applied_at: str
    ended_at: str | None
    goods: list[ReturnedFacts]
    history: list[Move]


class MessageFacts(TypedDict):
    """`files`: paths in the pack."""

    at: str
    by: str
    by_label: str
    ticket_no: str
    text: str
    files: list[str]


class FileFacts(TypedDict):
    """`missing`: there is a record of it, but the storage does not have it any more."""

    id: str
    path: str
    kind: str
    kind_label: str
    media_type: str
    ticket_no: str
    by: str
    by_label: str
    uploaded_at: str
    missing: bool
    size: int
    sha256: str


class Facts(TypedDict):
    language: str
    time_zone: str
    currency: str
    chargeback: ChargebackFacts
    order: OrderFacts
    payments: list[PaymentFacts]
    parcels: list[ParcelFacts]
    refunds: list[RefundFacts]
    payables: list[PayableFacts]
    tickets: list[TicketFacts]
    messages: list[MessageFacts]
    files: list[FileFacts]
