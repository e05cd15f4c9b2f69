"""An order as JSON: plain dictionaries, because building them is most of what a list costs."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone

from kernel.actors import BUYER, Actor
from kernel.models import History

from ..machine import Fulfilment, Status
from ..models import Note, Order, OrderLine, Payment, Sku, Stock

# Panels of the layers above on the order's page and detail: name → function. They register in AppConfig.ready.
PANELS: dict[str, Callable[[Order], Any]] = {}

LINES = Prefetch("lines", queryset=OrderLine.objects.select_related("sku"))
# For pages that also ask what could be exchanged.
STOCKED_LINES = Prefetch("lines", queryset=OrderLine.objects.select_related("sku__stock"))

# The verbs that have a door; the others are the system's.
OPEN_VERBS = frozenset(
    {"pay", "pack", "ship", "deliver", "confirm_receipt", "extend_receipt", "reopen_window", "close"}
)


def money(amount: Decimal) -> str:
    return f"{amount:.2f}"


def when(at: datetime | None) -> str | None:
    return timezone.localtime(at).isoformat() if at else None


def allowed_actions(order: Order, actor: Actor) -> list[str]:
    """What the caller may do now, by the names of the addresses ("confirm-receipt")."""
    names = [name for name in order.allowed(actor.kind) if name in OPEN_VERBS]
    if "ship" in names and not any(line.to_ship for line in order.lines.all()):
        names.remove("ship")
    if "extend_receipt" in names and actor.kind == BUYER and order.buyer_extended:
        names.remove("extend_receipt")
    return [name.replace("_", "-") for name in names]


def line_json(line: OrderLine) -> dict[str, Any]:
    return {
        "line_id": line.pk,
        "sku": line.sku.code,
        "title": line.title,
        "spec": line.spec,
        "category": line.category,
        "image_url": line.image_url,
        "unit_price": money(line.unit_price),
        "quantity": line.quantity,
        "discount": money(line.discount),
        "discount_share": money(line.discount_share),
        "points_share": money(line.points_share),
        "points": line.points,
        "paid_amount": money(line.paid_amount),
        "refunded_amount": money(line.refunded_amount),
        "shipped_quantity": line.shipped_quantity,
        "refunded_quantity": line.refunded_quantity,
        "open_quantity": line.open_quantity,
        "to_ship": line.to_ship,
        "virtual": line.virtual,
        "exchange_excluded": line.exchange_excluded,
        "no_reason_exempt": line.no_reason_exempt,
        "exempt_confirmed": line.exempt_confirmed,
        "warranty_days": line.warranty_days,
    }


def payment_json(payment: Payment) -> dict[str, Any]:
    return {
        "channel": payment.channel,
        "transaction_no": payment.transaction_no,
        "amount": money(payment.captured),
        "refunded": money(payment.refunded),
        "paid_at": when(payment.paid_at),
        "purpose": payment.purpose,
    }


def note_json(note: Note) -> dict[str, Any]:
    return {
        "id": note.pk,
        "text": note.text,
        "flag": note.flag,
        "flag_label": str(note.get_flag_display()),
        "author": {"kind": note.author_kind, "name": note.author_name},
        "at": when(note.at),
    }


def move_json(move: History) -> dict[str, Any]:
    return {
        "at": when(move.at),
        "actor": {"kind": move.actor_kind, "name": move.actor_name},
        "action": move.action,
        "from": move.source,
        "to": move.target,
        "note": move.note,
    }


def order_json(order: Order, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """The order as in a list. Prefetch LINES."""
    lines = list(order.lines.all())
    refunded = sum((line.refunded_amount for line in lines), order.freight_refunded)
    state = order.aftersales_state
    return {
        "order_no": order.order_no,
        "shop": order.shop.code,
        "shop_name": order.shop.name,
        "buyer": order.buyer.username,
        "currency": order.currency,
        "status": order.status,
        "status_label": str(Status(order.status).label),
        "fulfilment": order.fulfilment,
        "fulfilment_label": str(Fulfilment(order.fulfilment).label),
        "aftersales_state": str(state),
        "aftersales_state_label": str(state.label),
        "freight": money(order.freight),
        "discount": money(order.discount),
        "points_deduction": money(order.points_deduction),
        "points_used": order.points_used,
        "coupons": order.coupons,
        "amount": money(order.amount),
        "refunded_amount": money(refunded),
        "receiver": {"name": order.receiver_name, "phone": order.receiver_phone, "address": order.receiver_address},
        "lines": [line_json(line) for line in lines],
        **_times(order, now),
        "allowed_actions": allowed_actions(order, actor),
    }


def _times(order: Order, now: datetime) -> dict[str, Any]:
    return {
        "placed_at": when(order.placed_at),
        "paid_at": when(order.paid_at),
        "shipped_at": when(order.shipped_at),
        "delivered_at": when(order.delivered_at),
        "completed_at": when(order.completed_at),
        "closed_at": when(order.closed_at),
        "close_reason": order.close_reason,
        "receipt_due_at": when(order.receipt_due_at),
        "window_ends_at": when(order.window_ends_at),
        "window_open": order.window_open(now),
    }


def order_whole(order: Order, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """The order with its payments, its story and the panels of the layers above."""
    prefetch_related_objects([order], LINES, "payments")
    return order_json(order, actor=actor, now=now) | {
        "payments": [payment_json(payment) for payment in order.payments.all()],
        "timeline": [move_json(move) for move in order.history()],
        "parcels": [],
        **{name: panel(order) for name, panel in PANELS.items()},
    }


def order_detail(order: Order, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """The same, and how many remarks there are: the API lists them elsewhere."""
    return order_whole(order, actor=actor, now=now) | {"notes": order.notes.count()}


def sku_json(sku: Sku, shop: str) -> dict[str, Any]:
    return {
        "sku": sku.code,
        "shop": shop,
        "title": sku.title,
        "spec": sku.spec,
        "category": sku.category,
        "price": money(sku.price),
        "image_url": sku.image_url,
        "virtual": sku.virtual,
        "exchange_excluded": sku.exchange_excluded,
        "no_reason_exempt": sku.no_reason_exempt,
        "warranty_days": sku.warranty_days,
    }


def stock_json(stock: Stock | None) -> dict[str, int]:
    if stock is None:
        return {"on_hand": 0, "reserved": 0, "available": 0}
    return {"on_hand": stock.on_hand, "reserved": stock.reserved, "available": stock.available}
