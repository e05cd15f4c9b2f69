"""Parcels of imported orders: handed to `orders.importing` as a step, because parcels are a layer above orders."""

from orders.importing import Target
from orders.importing.staging import insert_select
from orders.importing.writing import ORDERS, literal, record_import

from .models import Parcel, ParcelLine

STAGED = f"{ORDERS} JOIN logistics_parcel p ON p.order_id = o.id"


def parcels(target: Target) -> None:
    """One parcel with everything for each staged order that has a tracking number."""
    columns = {
        "shop_id": literal(target.shop.pk), "order_id": "o.id",
        "kind": f"'{Parcel.Kind.OUTBOUND}'", "courier": "o.courier", "tracking_no": "o.tracking_no",
        # The column is NOT NULL, and an old export may have no time of shipment for a completed order.
        "sent_at": "coalesce(o.shipped_at, o.paid_at, o.placed_at)", "delivered_at": "o.delivered_at",
        "delivery_proven": "o.delivered_at IS NOT NULL",
        "status": "CASE WHEN o.delivered_at IS NULL THEN 'in_transit' ELSE 'delivered' END",
    }  # fmt: skip
    if not insert_select(Parcel, columns, ORDERS, tail="WHERE o.tracking_no <> '' ORDER BY o.seq"):
        return
    lines = {"shop_id": "p.shop_id", "parcel_id": "p.id", "line_id": "x.id", "quantity": "x.quantity"}
    insert_select(ParcelLine, lines, f"{STAGED} JOIN orders_orderline x ON x.order_id = o.id", tail="ORDER BY x.id")
    record_import("parcel", "p.id, p.status", STAGED, target)
