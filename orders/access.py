"""Fetch and authorise in one query: a row of somebody else is answered with 404, like one that does not exist."""

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.access import actor_for, is_support, memberships, visible
from accounts.models import Role, Shop, User
from kernel.access import get_by_number, get_or_not_found
from kernel.actors import Actor
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.machine import allowed_actors

from .models import Order
from .services.skus import only_keepers

if TYPE_CHECKING:
    from django.db.models import QuerySet


def orders_of(user: User) -> "QuerySet[Order]":
    return Order.objects.select_related("policy", "shop", "buyer").filter(visible(user))


def own_orders(user: User) -> "QuerySet[Order]":
    """What the user bought, wherever they work: their orders as a buyer. Who they are elsewhere is not read."""
    return Order.objects.select_related("policy", "shop__policy", "buyer").filter(buyer_id=user.pk)


def shops_of(user: User) -> "QuerySet[Shop]":
    """Where the user bought, by name."""
    bought = Order.objects.filter(buyer_id=user.pk, shop=OuterRef("pk"))
    return Shop.objects.filter(Exists(bought)).order_by("name")


def order_for(user: User, order_no: str, verb: str = "", *, shop: str = "") -> tuple[Order, Actor]:
    """The order and whom the user acts as on it. 403 at once when that kind of actor never may `verb`.
    `shop`: the code that chooses where the number is not unique for the user."""
    order = get_by_number(orders_of(user), order_no=order_no, shop=shop)
    actor = acting_on(user, order)
    if verb and actor.kind not in allowed_actors(Order, verb):
        raise Forbidden()
    return order, actor


def acting_on(user: User, order: Order) -> Actor:
    actor = actor_for(user, shop_id=order.shop_id, buyer_id=order.buyer_id)
    if actor is None:
        raise NotFound()
    return actor


def may_bring_orders(user: User) -> None:
    """403 for a user who manages no shop and is the integration of none, before the input is validated."""
    if not any(member.role != Role.AGENT for member in memberships(user).values()):
        raise Forbidden()


def shop_for(user: User, code: str, *, write: bool = False) -> tuple[Shop, Actor]:
    """A shop whose goods the user works with. `write`: 403 at once for who may not change them."""
    shops = Shop.objects.all() if is_support(user) else Shop.objects.filter(pk__in=memberships(user))
    if not code:
        raise _needs_shop(shops)
    shop = get_or_not_found(shops, code=code)
    # No order is concerned, so nobody is its buyer: no user has the id 0.
    actor = actor_for(user, shop_id=shop.pk, buyer_id=0)
    if actor is None:
        raise NotFound()
    if write:
        only_keepers(actor)
    return shop, actor


def _needs_shop(shops: "QuerySet[Shop]") -> Exception:
    """400 that asks for the shop; 404 for a user without any, who need not know which parameter is missing."""
    return Invalid(errors={"shop": [_("Say which shop with ?shop=CODE.")]}) if shops.exists() else NotFound()
