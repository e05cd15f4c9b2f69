"""What was bought and paid, where it went, and what has been paid back. A constant number of statements."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from kernel.actors import BUYER
from kernel.privacy import masked_phone
from logistics.couriers import label
from logistics.machine import Status as ParcelStatus
from logistics.models import Parcel, ParcelEvent, ParcelLine
from orders.models import Note, Order, OrderLine, Payment
from orders.models.payment import Purpose
from orders.wording import status_label
from refunds.chargebacks.machine import Status as ChargebackStatus
from refunds.chargebacks.reasons import reason_text
from refunds.labels import channel_label
from refunds.machine import Status as RefundStatus
from refunds.models import Chargeback, Payable, Refund
from refunds.payables.machine import Kind as PayableKind
from refunds.payables.machine import Payee
from refunds.payables.machine import Status as PayableStatus
from web.api.answers import money, when

from .shapes import (
    ChargebackFacts,
    ContentFacts,
    GoodsFacts,
    Move,
    OrderFacts,
    ParcelFacts,
    PayableFacts,
    PaymentFacts,
    RefundFacts,
    ScanFacts,
)

_SCAN_LABELS = {status.value: status.label for status in ParcelStatus}


def chargeback_facts(row: Chargeback, history: list[Move]) -> ChargebackFacts:
    payment, currency = row.payment, row.payment.order.currency
    return {
        "chargeback_no": row.chargeback_no,
        "status": row.status,
        "status_label": str(ChargebackStatus(row.status).label),
        "amount": money(row.amount, currency),
        "reason": row.reason,
        "reason_label": reason_text(row.reason),
        "channel": payment.channel,
        "channel_label": channel_label(payment.channel),
        "transaction_no": payment.transaction_no,
        "opened_at": when(row.opened_at),
        "ended_at": when(row.ended_at),
        "paid_twice": money(row.excess, currency),
        "history": history,
    }


def order_facts(order: Order, history: list[Move]) -> OrderFacts:
    """Fetch with shop and buyer."""
    currency = order.currency
    lines = OrderLine.objects.filter(shop_id=order.shop_id, order=order).select_related("sku").order_by("position")
    # What the shop noted for itself is no evidence, and nothing for a bank.
    notes = Note.objects.filter(shop_id=order.shop_id, order=order, author_kind=BUYER).order_by("pk")
    return {
        "order_no": order.order_no,
        "shop": order.shop.code,
        "shop_name": order.shop.shown_name,
        "buyer": order.buyer.username,
        "buyer_name": order.buyer.get_full_name(),
        "status": order.status,
        "status_label": status_label(order.status),
        "amount": money(order.amount, currency),
        "freight": money(order.freight, currency),
        "discount": money(order.discount, currency),
        "points_deduction": money(order.points_deduction, currency),
        "placed_at": when(order.placed_at),
        "paid_at": when(order.paid_at),
        "shipped_at": when(order.shipped_at),
        "delivered_at": when(order.delivered_at),
        "completed_at": when(order.completed_at),
        "receiver": {
            "name": order.receiver_name,
            "phone": masked_phone(order.receiver_phone),
            "address": order.receiver_address,
        },
        "goods": [_goods(line, currency) for line in lines],
        "remarks_of_buyer": [{"at": when(note.at), "text": note.words} for note in notes],
        "history": history,
    }


def _goods(line: OrderLine, currency: str) -> GoodsFacts:
    return {
        "line_id": line.pk,
        "sku": line.sku.code,
        "title": line.shown_title,
        "spec": line.shown_spec,
        "quantity": line.quantity,
        "unit_price": money(line.unit_price, currency),
        "paid_amount": money(line.paid_amount, currency),
        "shipped_quantity": line.shipped_quantity,
        "delivered_at": when(line.delivered_at),
    }


def payments_facts(order: Order, disputed: int) -> list[PaymentFacts]:
    """`disputed`: the id of the payment that the chargeback is about."""
    rows = Payment.objects.filter(shop_id=order.shop_id, order=order).order_by("pk")
    return [_payment(row, order.currency, disputed) for row in rows]


def _payment(row: Payment, currency: str, disputed: int) -> PaymentFacts:
    return {
        "channel": row.channel,
        "channel_label": channel_label(row.channel),
        "transaction_no": row.transaction_no,
        "amount": money(row.captured, currency),
        "shared_total": None if row.shared_total is None else money(row.shared_total, currency),
        "paid_at": when(row.paid_at),
        "purpose": row.purpose,
        "purpose_label": str(Purpose(row.purpose).label),
        "disputed": row.pk == disputed,
    }


def parcels_facts(order: Order, ticket_of: Mapping[int, str]) -> list[ParcelFacts]:
    """`ticket_of`: id of a parcel → number of its ticket."""
    parcels = list(Parcel.objects.filter(shop_id=order.shop_id, order=order).order_by("sent_at", "pk"))
    ids = [parcel.pk for parcel in parcels]
    contents, scans = _contents(order.shop_id, ids), _scans(order.shop_id, ids)
    return [
        {
            "kind": parcel.kind,
            "kind_label": str(Parcel.Kind(parcel.kind).label),
            "ticket_no": ticket_of.get(parcel.pk, ""),
            "courier": parcel.courier,
            "courier_label": str(label(parcel.courier)),
            "tracking_no": parcel.tracking_no,
            "status": parcel.status,
            "status_label": str(ParcelStatus(parcel.status).label),
            "sent_at": when(parcel.sent_at),
            "delivered_at": when(parcel.delivered_at),
            "delivery_proven": parcel.delivery_proven,
            "contents": contents[parcel.pk],
            "scans": scans[parcel.pk],
        }
        for parcel in parcels
    ]


def _contents(shop_id: int, parcels: Iterable[int]) -> Mapping[int, list[ContentFacts]]:
    rows = ParcelLine.objects.filter(shop_id=shop_id, parcel_id__in=list(parcels)).select_related("sku", "line__sku")
    contents: defaultdict[int, list[ContentFacts]] = defaultdict(list)
    for row in rows.order_by("pk"):
        sku = row.sku or row.line.sku
        contents[row.parcel_id].append({"line_id": row.line_id, "sku": sku.code, "quantity": row.quantity})
    return contents


def _scans(shop_id: int, parcels: Iterable[int]) -> Mapping[int, list[ScanFacts]]:
    rows = ParcelEvent.objects.filter(shop_id=shop_id, parcel_id__in=list(parcels)).order_by("at", "pk")
    scans: defaultdict[int, list[ScanFacts]] = defaultdict(list)
    for row in rows:
        status_text = str(_SCAN_LABELS.get(row.status, row.status))
        scans[row.parcel_id].append(
            {"at": when(row.at), "status": row.status, "status_label": status_text, "text": row.words}
        )
    return scans


def refunds_facts(order: Order) -> list[RefundFacts]:
    """Those that arrived."""
    rows = Refund.objects.filter(
        shop_id=order.shop_id, payment__order=order, payment__shop_id=order.shop_id, status=RefundStatus.SUCCEEDED
    )
    related = rows.select_related("payment", "ticket_refund__ticket").order_by("settled_at", "pk")
    return [_refund(row, order.currency) for row in related]


def _refund(row: Refund, currency: str) -> RefundFacts:
    link = getattr(row, "ticket_refund", None)
    return {
        "refund_no": row.refund_no,
        "ticket_no": link.ticket.ticket_no if link else "",
        "channel": row.payment.channel,
        "channel_label": channel_label(row.payment.channel),
        "transaction_no": row.payment.transaction_no,
        "amount": money(row.amount, currency),
        "gateway_no": row.gateway_no,
        "trace_no": row.trace_no,
        "received_account": row.received_account,
        "settled_at": when(row.settled_at or row.created_at),
        "by_hand": row.confirmed_by is not None,
        "proof": row.proof if row.confirmed_by is not None else "",
    }


def payables_facts(order: Order) -> list[PayableFacts]:
    """Those that the buyer was paid."""
    rows = Payable.objects.filter(
        shop_id=order.shop_id, order=order, payee=Payee.BUYER, status=PayableStatus.PAID, paid_at__isnull=False
    )
    return [
        {
            "payable_no": row.payable_no,
            "kind": row.kind,
            "kind_label": str(PayableKind(row.kind).label),
            "amount": money(row.amount, order.currency),
            "paid_at": when(row.paid_at) or "",
            "proof": row.proof,
        }
        for row in rows.order_by("paid_at", "pk")
    ]
