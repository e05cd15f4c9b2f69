"""Parcels and addresses as JSON: plain dictionaries."""

from collections.abc import Iterable

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import Coalesce, JSONObject

from kernel.privacy import masked_address
from orders.models import Order
from web.api.answers import when

from ..couriers import label
from ..likely import Likely
from ..machine import Status
from ..models import Parcel, ParcelEvent, ParcelLine, Pickup, ReturnAddress
from ..pickups.machine import Status as PickupStatus
from ..pickups.wording import reason_text
from .answers import (
    EventAnswer,
    LikelyAnswer,
    LikelyCourierAnswer,
    ParcelAnswer,
    ParcelOfOrder,
    PickupAnswer,
    ReturnAddressAnswer,
)

_STATUSES = {status.value: status.label for status in Status}


def parcel_json(parcel: Parcel, events: Iterable[ParcelEvent] | None = None) -> ParcelAnswer:
    """`events`: its trace in order, where the caller has read it; otherwise prefetch `events` for lists."""
    return {
        "id": parcel.pk,
        "kind": parcel.kind,
        "kind_label": str(Parcel.Kind(parcel.kind).label),
        "courier": parcel.courier,
        "courier_label": label(parcel.courier),
        "tracking_no": parcel.tracking_no,
        "status": parcel.status,
        "status_label": str(Status(parcel.status).label),
        "silent_since": when(parcel.silent_since),
        "sent_at": when(parcel.sent_at),
        "delivered_at": when(parcel.delivered_at),
        "counted_at": when(parcel.counted_at),
        "replaces": parcel.replaces_id,
        "events": [event_json(event) for event in (parcel.events.all() if events is None else events)],
    }


def likely_json(tracking_no: str, likely: Likely) -> LikelyAnswer:
    couriers: list[LikelyCourierAnswer] = [{"courier": code, "courier_label": label(code)} for code in likely.codes]
    return {"tracking_no": tracking_no, "couriers": couriers, "by_look": likely.by_look}


def event_json(event: ParcelEvent) -> EventAnswer:
    return {
        "at": when(event.at),
        "status": event.status,
        # The column has no CHECK: what a courier's trace once said is answered as it is.
        "status_label": str(_STATUSES.get(event.status, event.status)),
        "text": event.words,
    }


def parcels_of(order: Order) -> list[ParcelOfOrder]:
    """The panel on the order: every parcel with its lines and its trace. Two statements, one where there is none."""
    inside = ParcelLine.objects.filter(shop_id=OuterRef("shop_id"), parcel=OuterRef("pk")).order_by("id")
    # A replacement is in a parcel before it is a line of its own.
    sku = Coalesce("sku__code", "line__sku__code")
    pairs = ArraySubquery(inside.values(pair=JSONObject(line_id="line_id", sku=sku, quantity="quantity")))
    parcels = order.parcels.annotate(inside=pairs).order_by("id").prefetch_related("events")
    return [{**parcel_json(parcel), "lines": parcel.inside} for parcel in parcels]


def pickup_json(pickup: Pickup, *, in_full: bool) -> PickupAnswer:
    """`in_full`: for the buyer, who is at home there (ux 9)."""
    return {
        "pickup_no": pickup.pickup_no,
        "status": pickup.status,
        "status_label": str(PickupStatus(pickup.status).label),
        "courier": pickup.courier,
        "courier_label": label(pickup.courier),
        "starts_at": when(pickup.starts_at),
        "ends_at": when(pickup.ends_at),
        "address": pickup.sender_address if in_full else masked_address(pickup.sender_address),
        "person_name": pickup.person_name,
        "person_phone": pickup.person_phone,
        "tracking_no": pickup.tracking_no,
        "cancelling": pickup.is_being_cancelled,
        "too_late_to_cancel": pickup.cancel_refused_at is not None,
        "reason": reason_text(pickup.reason),
    }


def address_json(address: ReturnAddress) -> ReturnAddressAnswer:
    return {
        "id": address.pk,
        "shop": address.shop.code,
        "name": address.name,
        "phone": address.phone,
        "address": address.address,
        "is_default": address.is_default,
        "active": address.active,
    }
