"""An order as JSON: plain dictionaries in the shapes of `answers`, because building them is most of what a list
costs."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.db.models import Prefetch, prefetch_related_objects

from kernel.actors import BUYER, Actor, kind_label
from kernel.models import History
from kernel.privacy import masked_address, masked_name, masked_phone
from web.api.answers import money, when

from ..machine import Fulfilment, Status
from ..models import Note, Order, OrderLine, Payment, Promotion, PromotionKind, Sku, Stock
from ..models.payment import Purpose
from ..services import allowed_actions
from ..wording import action_label, status_label
from .answers import (
    LineAnswer,
    MoveAnswer,
    NoteAnswer,
    OrderAnswer,
    OrderOverview,
    OrderSummaryAnswer,
    OrderTimes,
    PaymentAnswer,
    PersonAnswer,
    PromotionAnswer,
    ReceiverAnswer,
    SkuAnswer,
    StockAnswer,
)

# What apps above add to the answer of one order. logistics sets "parcels" in its AppConfig.ready; its shape is
# `logistics.api.answers.ParcelOfOrder`.
PANELS: dict[str, Callable[[Order], Sequence[Mapping[str, object]]]] = {}

LINES = Prefetch("lines", queryset=OrderLine.objects.select_related("sku"))
# For pages that also ask what could be exchanged.
STOCKED_LINES = Prefetch("lines", queryset=OrderLine.objects.select_related("sku__stock"))


def line_json(line: OrderLine, currency: str) -> LineAnswer:
    return {
        "line_id": line.pk,
        "kind": line.kind,
        "kind_label": str(OrderLine.Kind(line.kind).label),
        "gift_of_line_id": line.gift_of_id,
        "sku": line.sku.code,
        "title": line.shown_title,
        "spec": line.shown_spec,
        "category": line.category,
        "image_url": line.image_url,
        "unit_price": money(line.unit_price, currency),
        "quantity": line.quantity,
        "discount": money(line.discount, currency),
        "discount_share": money(line.discount_share, currency),
        "points_share": money(line.points_share, currency),
        "points": line.points,
        "paid_amount": money(line.paid_amount, currency),
        "refunded_amount": money(line.refunded_amount, currency),
        "shipped_quantity": line.shipped_quantity,
        "delivered_at": when(line.delivered_at),
        "refunded_quantity": line.refunded_quantity,
        "open_quantity": line.open_quantity,
        "to_ship": line.to_ship,
        "virtual": line.virtual,
        "exchange_excluded": line.exchange_excluded,
        "no_reason_exempt": line.no_reason_exempt,
        "exempt_confirmed": line.exempt_confirmed,
        "warranty_days": line.warranty_days,
        "warranty_return_days": line.warranty_return_days,
        "warranty_exchange_days": line.warranty_exchange_days,
        "installed_at": when(line.installed_at),
        "repair_attempts": line.repair_attempts,
        "replaces_line_id": line.replaces_id,
        "exchanged_quantity": line.exchanged_quantity,
        "window_ends_at": when(line.window_ends_at),
    }


def payment_json(payment: Payment, currency: str) -> PaymentAnswer:
    return {
        "channel": payment.channel,
        "transaction_no": payment.transaction_no,
        "amount": money(payment.captured, currency),
        "refunded": money(payment.refunded, currency),
        "charged_back": money(payment.charged_back, currency),
        "disputed": money(payment.disputed, currency),
        "lost": money(payment.lost, currency),
        "paid_at": when(payment.paid_at),
        "shared_total": None if payment.shared_total is None else money(payment.shared_total, currency),
        "purpose": payment.purpose,
        "purpose_label": str(Purpose(payment.purpose).label),
    }


def promotion_json(promotion: Promotion, currency: str) -> PromotionAnswer:
    return {
        "kind": promotion.kind,
        "kind_label": str(PromotionKind(promotion.kind).label),
        "code": promotion.code,
        "threshold": money(promotion.threshold, currency),
        "discount": money(promotion.discount, currency),
        "freight": money(promotion.freight, currency),
        "valid_until": when(promotion.valid_until),
    }


def person_json(kind: str, name: str) -> PersonAnswer:
    return {"kind": kind, "kind_label": kind_label(kind), "name": name}


def note_json(note: Note) -> NoteAnswer:
    return {
        "id": note.pk,
        "text": note.words,
        "flag": note.flag,
        "flag_label": str(note.get_flag_display()),
        "author": person_json(note.author_kind, note.author_name),
        "at": when(note.at),
    }


def move_json(move: History) -> MoveAnswer:
    return {
        "at": when(move.at),
        "actor": person_json(move.actor_kind, move.actor_name),
        "action": move.action,
        "action_label": action_label(move.action),
        "from": move.source,
        "from_label": status_label(move.source),
        "to": move.target,
        "to_label": status_label(move.target),
        "note": move.words,
    }


def receiver_json(order: Order, *, in_full: bool) -> ReceiverAnswer:
    """`in_full`: for the buyer, and as the answer of the action that shows it."""
    if in_full:
        return {"name": order.receiver_name, "phone": order.receiver_phone, "address": order.receiver_address}
    return {
        "name": masked_name(order.receiver_name),
        "phone": masked_phone(order.receiver_phone),
        "address": masked_address(order.receiver_address),
    }


def order_json(order: Order, *, actor: Actor, now: datetime) -> OrderSummaryAnswer:
    """The order as in a list. Prefetch LINES."""
    lines = list(order.lines.all())
    counted = sum((line.refunded_amount for line in lines), order.freight_refunded) - order.promotion_settled
    state, currency = order.aftersales_state, order.currency
    return {
        "order_no": order.order_no,
        "shop": order.shop.code,
        "shop_name": order.shop.shown_name,
        "buyer": order.buyer.username,
        "currency": currency,
        "status": order.status,
        "status_label": str(Status(order.status).label),
        "fulfilment": order.fulfilment,
        "fulfilment_label": str(Fulfilment(order.fulfilment).label),
        "aftersales_state": str(state),
        "aftersales_state_label": str(state.label),
        "freight": money(order.freight, currency),
        "discount": money(order.discount, currency),
        "points_deduction": money(order.points_deduction, currency),
        "points_used": order.points_used,
        "coupons": order.coupons,
        "points_earned": order.points_earned,
        "promotion_kept": money(order.promotion_kept, currency),
        "amount": money(order.amount, currency),
        "refunded_amount": money(counted - order.refund_owed, currency),
        "refund_owed": money(order.refund_owed, currency),
        "receiver": receiver_json(order, in_full=actor.kind == BUYER),
        "lines": [line_json(line, currency) for line in lines],
        **_times(order, now),
        "awaits_answer": order.buyer_waits_since is not None,
        "allowed_actions": allowed_actions(order, actor),
    }


def _times(order: Order, now: datetime) -> OrderTimes:
    return {
        "placed_at": when(order.placed_at),
        "paid_at": when(order.paid_at),
        "shipped_at": when(order.shipped_at),
        "delivered_at": when(order.delivered_at),
        "completed_at": when(order.completed_at),
        "closed_at": when(order.closed_at),
        "close_reason": order.close_reason,
        "ship_due_at": when(order.ship_due_at),
        "ship_overdue": order.ship_overdue(now),
        "receipt_due_at": when(order.receipt_due_at),
        "window_ends_at": when(order.window_ends_at),
        "window_open": order.window_open(now),
    }


def order_overview(order: Order, *, actor: Actor, now: datetime) -> OrderOverview:
    """The order with its payments, its history and its parcels."""
    prefetch_related_objects([order], LINES, "payments")
    return {
        **order_json(order, actor=actor, now=now),
        "promotions": [promotion_json(row, order.currency) for row in order.promotions.all()]
        if order.has_promotions
        else [],
        "payments": [payment_json(payment, order.currency) for payment in order.payments.all()],
        "timeline": [move_json(move) for move in order.history()],
        "parcels": list(PANELS["parcels"](order)) if "parcels" in PANELS else [],
    }


def order_detail(order: Order, *, actor: Actor, now: datetime) -> OrderAnswer:
    """The same, and how many remarks there are: the API lists them at an endpoint of their own."""
    return {**order_overview(order, actor=actor, now=now), "notes": order.notes.count()}


def sku_json(sku: Sku, shop: str) -> SkuAnswer:
    return {
        "sku": sku.code,
        "shop": shop,
        "title": sku.title,
        "title_en": sku.title_en,
        "spec": sku.spec,
        "spec_en": sku.spec_en,
        "category": sku.category,
        "product": sku.product,
        "price": money(sku.price, sku.currency),
        "currency": sku.currency,
        "image_url": sku.image_url,
        "virtual": sku.virtual,
        "exchange_excluded": sku.exchange_excluded,
        "no_reason_exempt": sku.no_reason_exempt,
        "warranty_days": sku.warranty_days,
    }


def stock_json(stock: Stock | None) -> StockAnswer:
    if stock is None:
        return {"on_hand": 0, "reserved": 0, "available": 0, "resellable": 0}
    return {
        "on_hand": stock.on_hand,
        "reserved": stock.reserved,
        "available": stock.available,
        "resellable": stock.resellable,
    }
