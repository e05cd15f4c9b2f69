"""Fetch and authorise in one query: a row of somebody else is answered with 404, like one that does not exist."""

from typing import TYPE_CHECKING

from accounts.access import actor_for, is_support, memberships, visible
from accounts.models import Shop, User
from kernel.access import get_or_not_found
from kernel.actors import Actor
from kernel.errors import NotFound

from .models import Parcel, ReturnAddress

if TYPE_CHECKING:
    from django.db.models import QuerySet


def parcel_for(user: User, pk: int) -> tuple[Parcel, Actor]:
    rows = Parcel.objects.select_related("order")
    seen = rows.filter(visible(user, buyer="order__buyer_id"))
    parcel = get_or_not_found(seen, pk=pk)
    return parcel, _acting(user, parcel.shop_id, parcel.order.buyer_id)


def shops_of(user: User) -> "QuerySet[Shop]":
    """The shops that the user works for; all of them for platform support."""
    return Shop.objects.all() if is_support(user) else Shop.objects.filter(pk__in=list(memberships(user)))


def shop_for(user: User, code: str) -> tuple[Shop, Actor]:
    shop = get_or_not_found(shops_of(user), code=code)
    # 0: no order is concerned, so nobody is its buyer.
    return shop, _acting(user, shop.pk, 0)


def addresses_of(user: User, shop: str) -> "QuerySet[ReturnAddress]":
    """The addresses in use of one shop of the user, or of all of them."""
    rows = ReturnAddress.objects.filter(active=True).select_related("shop").order_by("shop_id", "-is_default", "id")
    if shop:
        return rows.filter(shop=shop_for(user, shop)[0])
    return rows if is_support(user) else rows.filter(shop_id__in=list(memberships(user)))


def address_for(user: User, pk: int) -> tuple[ReturnAddress, Actor]:
    rows = ReturnAddress.objects.select_related("shop")
    seen = rows if is_support(user) else rows.filter(shop_id__in=list(memberships(user)))
    address = get_or_not_found(seen, pk=pk)
    return address, _acting(user, address.shop_id, 0)


def _acting(user: User, shop_id: int, buyer_id: int) -> Actor:
    actor = actor_for(user, shop_id=shop_id, buyer_id=buyer_id)
    if actor is None:
        raise NotFound()
    return actor
