"""Parcels and addresses as JSON: plain dictionaries."""

from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils import timezone

from orders.models import Order

from ..couriers import label
from ..machine import Status
from ..models import Parcel, ParcelLine, ReturnAddress


def _time(at: datetime | None) -> str | None:
    return timezone.localtime(at).isoformat() if at else None


def parcel_json(parcel: Parcel) -> dict[str, Any]:
    """Prefetch `events` for lists."""
    return {
        "id": parcel.pk,
        "kind": parcel.kind,
        "kind_label": parcel.get_kind_display(),
        "courier": parcel.courier,
        "courier_label": label(parcel.courier),
        "tracking_no": parcel.tracking_no,
        "status": parcel.status,
        "status_label": str(Status(parcel.status).label),
        "sent_at": _time(parcel.sent_at),
        "delivered_at": _time(parcel.delivered_at),
        "replaces": parcel.replaces_id,
        "events": [
            {"at": _time(event.at), "status": event.status, "text": event.text} for event in parcel.events.all()
        ],
    }


def parcels_of(order: Order) -> list[dict[str, Any]]:
    """The panel on the order: every parcel with its lines and its trace. Two statements, one where there is none."""
    inside = ParcelLine.objects.filter(parcel=OuterRef("pk")).order_by("id")
    pairs = ArraySubquery(inside.values(pair=JSONObject(line_id="line_id", quantity="quantity")))
    parcels = order.parcels.annotate(inside=pairs).order_by("id").prefetch_related("events")
    return [parcel_json(parcel) | {"lines": parcel.inside} for parcel in parcels]


def address_json(address: ReturnAddress) -> dict[str, Any]:
    return {
        "id": address.pk,
        "shop": address.shop.code,
        "name": address.name,
        "phone": address.phone,
        "address": address.address,
        "is_default": address.is_default,
        "active": address.active,
    }
