"""Who a user is towards a shop. One query a request for the memberships, kept on the user object."""

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from kernel.actors import BUYER, INTEGRATION, MERCHANT, SUPPORT, Actor

from .models import Membership, Role, User


def memberships(user: User) -> dict[int, Membership]:
    """Shop id → membership."""
    cached = getattr(user, "_memberships", None)
    if cached is None:
        cached = user._memberships = {m.shop_id: m for m in Membership.objects.filter(user_id=user.pk)}  # type: ignore[attr-defined]
    return cached


def is_support(user: User) -> bool:
    return bool(user.support_role) or user.is_superuser


def support_actor(user: User) -> Actor:
    role = "supervisor" if user.is_superuser else user.support_role
    return Actor(SUPPORT, user.display_name, user.pk, role)


def member_actor(user: User, shop_id: int) -> Actor | None:
    member = memberships(user).get(shop_id)
    if member is None:
        return None
    kind = INTEGRATION if member.role == Role.INTEGRATION else MERCHANT
    limit = member.review_limit if member.role == Role.AGENT else None
    return Actor(kind, user.display_name, user.pk, member.role, limit)


def actor_for(user: User, *, shop_id: int, buyer_id: int) -> Actor | None:
    """Whom `user` acts as on a row of this shop and buyer; None for a stranger.

    The buyer's own row is only ever the buyer's: who asks does not decide.
    """
    if user.pk == buyer_id:
        return Actor(BUYER, user.display_name, user.pk)
    return member_actor(user, shop_id) or (support_actor(user) if is_support(user) else None)


def visible(user: User | AnonymousUser, shop: str = "shop_id", buyer: str = "buyer_id") -> Q:
    """The rows that `user` may see, as a condition: their own, their shops', or everything for support."""
    if not isinstance(user, User) or not user.is_active:
        return Q(pk__in=[])
    if is_support(user):
        return Q()
    shops: Iterable[int] = memberships(user).keys()
    own = Q(**{buyer: user.pk})
    return own | Q(**{f"{shop}__in": list(shops)}) if shops else own
