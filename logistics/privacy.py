"""What parcels hold of a person: scans name who signed for them, and where (D-6)."""

from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat

from accounts.models import User
from accounts.privacy.export import except_from_export, export
from kernel.actors import Actor
from kernel.privacy.erasing import ERASED
from orders.models import Order
from orders.privacy import OfOrder, add_to_orders

from .models import Parcel, ParcelEvent, Pickup, Tracking


def _parcels(shop_id: int, ids: list[int]) -> dict[int, int]:
    return dict(Parcel.objects.filter(shop_id=shop_id, order_id__in=ids).values_list("pk", "order_id"))


def _erase(order: Order, user: User, actor: Actor) -> None:
    ids = list(_parcels(order.shop_id, [order.pk]))
    # With its id: two scans of one moment differ by their texts alone.
    text = Concat(Value(f"{ERASED} "), Cast(F("pk"), CharField()))
    ParcelEvent.objects.filter(shop_id=order.shop_id, parcel_id__in=ids).update(text=text)
    # A later push would bring the texts back.
    Tracking.objects.filter(shop_id=order.shop_id, parcel_id__in=ids).delete()


def _pickups(shop_id: int, ids: list[int]) -> dict[int, int]:
    return dict(Pickup.objects.filter(shop_id=shop_id, order_id__in=ids).values_list("pk", "order_id"))


def _erase_pickups(order: Order, user: User, actor: Actor) -> None:
    rows = Pickup.objects.filter(shop_id=order.shop_id, order=order)
    rows.update(sender_name=ERASED, sender_phone=ERASED, sender_address=ERASED, person_name="", person_phone="")


add_to_orders(OfOrder(machine="pickup", rows=_pickups, erase=_erase_pickups))
add_to_orders(OfOrder(machine="parcel", rows=_parcels, erase=_erase))

export(Parcel, lambda user: Parcel.objects.filter(order__buyer_id=user.pk))
export(Pickup, lambda user: Pickup.objects.filter(order__buyer_id=user.pk))
export(ParcelEvent, lambda user: ParcelEvent.objects.filter(parcel__order__buyer_id=user.pk))
except_from_export(
    {
        "logistics.returnaddress": "a shop's own address, which buyers are given",
        "logistics.parcelline": "which lines are in a parcel",
        "logistics.tracking": "when a courier was asked for a parcel",
    }.items()
)
