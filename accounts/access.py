"""Which role a user has in a shop. One query a request for the memberships, kept on the user object."""

from collections.abc import Iterable
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from kernel.access import get_or_not_found
from kernel.actors import BUYER, INTEGRATION, MERCHANT, SUPPORT, Actor

from .models import Faq, Level, Membership, Role, Shop, SupportRole, User

if TYPE_CHECKING:
    from django.db.models import QuerySet

ADMINISTRATOR = "administrator"


def memberships(user: User) -> dict[int, Membership]:
    """Shop id → membership that the user has accepted."""
    cached = getattr(user, "_memberships", None)
    if cached is None:
        # On the user object, which lives as long as the request: a changed role applies from the next one on.
        rows = Membership.objects.filter(user_id=user.pk, accepted_at__isnull=False)
        cached = user._memberships = {m.shop_id: m for m in rows}  # type: ignore[attr-defined]
    return cached


def caller(request: Request) -> User:
    """Who sent an API request that came past IsAuthenticated."""
    user = request.user
    if not isinstance(user, User):
        raise NotAuthenticated
    return user


def chosen_shop(request: Request) -> str:
    """`?shop=`: the code that chooses where a number is not unique for the caller. Empty: not said."""
    return request.query_params.get("shop", "")


def all_memberships(user: User) -> "QuerySet[Membership]":
    """The user's own, with those that they were invited to and have not answered yet."""
    return Membership.objects.filter(user_id=user.pk).select_related("shop").order_by("pk")


def invitations(user: User) -> "QuerySet[Membership]":
    return all_memberships(user).filter(accepted_at__isnull=True)


def membership_for(user: User, pk: int) -> Membership:
    return get_or_not_found(all_memberships(user), pk=pk)


def is_support(user: User) -> bool:
    return bool(user.support_role) or user.is_superuser


def support_actor(user: User) -> Actor:
    role = "supervisor" if user.is_superuser else user.support_role
    return Actor(SUPPORT, user.display_name, user.pk, role)


def kind_of(member: Membership) -> str:
    return INTEGRATION if member.role == Role.INTEGRATION else MERCHANT


def member_actor(user: User, shop_id: int) -> Actor | None:
    member = memberships(user).get(shop_id)
    if member is None:
        return None
    kind = kind_of(member)
    # An agent for whom no limit was set gives nothing away (B-14). Managers have none.
    limit = (member.review_limit or Decimal(0)) if member.role == Role.AGENT else None
    simple = member.level == Level.SIMPLE
    actor = Actor(kind, user.display_name, user.pk, member.role, limit, simple, member.daily_limit, member.barred_until)
    return _acts(user, shop_id, actor)


def _acts(user: User, shop_id: int, actor: Actor) -> Actor:
    user.acted = (shop_id, actor.kind)
    return actor


def actor_for(user: User, *, shop_id: int, buyer_id: int) -> Actor | None:
    """Whom `user` acts as on a row of this shop and buyer; None for a stranger.

    Who bought something in the shop they work for acts as its buyer: nobody decides about their own purchase.
    """
    if user.pk == buyer_id:
        return _acts(user, shop_id, Actor(BUYER, user.display_name, user.pk))
    return member_actor(user, shop_id) or (_acts(user, shop_id, support_actor(user)) if is_support(user) else None)


def still_acts(user: User, shop_id: int, kind: str) -> bool:
    """Whether the user, who acted as this kind in the shop before, would today. A buyer stays the buyer of what they
    bought; a member may have another role by now and still sees what the answer says."""
    if kind == BUYER:
        return True
    return is_support(user) if kind == SUPPORT else shop_id in memberships(user)


def visible(user: User | AnonymousUser, shop: str = "shop_id", buyer: str = "buyer_id") -> Q:
    """The rows that `user` may see, as a condition: their own, their shops', or everything for support."""
    if not isinstance(user, User) or not user.is_active:
        # Matches nothing; Django does not even ask the database.
        return Q(pk__in=[])
    if is_support(user):
        return Q()
    shops: Iterable[int] = memberships(user).keys()
    own = Q(**{buyer: user.pk})
    return own | Q(**{f"{shop}__in": list(shops)}) if shops else own


# --- the desk: the admin of merchants and support ------------------------------------------------------


def desk_shops(user: User) -> dict[int, Membership]:
    """Shop id → membership, for the shops whose desk `user` sits at. Programs (integration) have none."""
    return {shop: member for shop, member in memberships(user).items() if member.role != Role.INTEGRATION}


def may_enter_desk(user: User | AnonymousUser) -> bool:
    """Membership decides, not `is_staff`: who loses the shop loses the desk with it."""
    return isinstance(user, User) and user.is_active and (is_support(user) or bool(desk_shops(user)))


def works_at_a_shop(user: User) -> bool:
    """Goods, parcels and decisions are in the hands of a shop's people; support has none."""
    return bool(desk_shops(user))


def sees_several_shops(user: User) -> bool:
    """Then it has to be said of a row whose it is."""
    return is_support(user) or len(desk_shops(user)) > 1


def desk_rows(user: User, shop: str = "shop_id") -> Q:
    """The rows that the desk shows to `user`: those of their shops, or everything for support."""
    return Q() if is_support(user) else Q(**{f"{shop}__in": list(desk_shops(user))})


def manages(user: User, shop_id: int | None) -> bool:
    """May `user` edit what belongs to this shop (texts, addresses, members, policy)? None: what is for all shops."""
    if user.is_superuser:
        return True
    if shop_id is None:
        return user.support_role == SupportRole.SUPERVISOR
    member = memberships(user).get(shop_id)
    return member is not None and member.role == Role.MANAGER


def keeper_actor(user: User, shop_id: int) -> Actor | None:
    """Whom `user` acts as when a shop itself is set up: a member, the administrator, or support as an onlooker."""
    if user.is_superuser:
        return Actor(SUPPORT, user.display_name, user.pk, ADMINISTRATOR)
    return member_actor(user, shop_id) or (support_actor(user) if is_support(user) else None)


def public_shop(code: str) -> Shop:
    """How to reach a shop and what its buyers ask is for everybody with a login (contract §4)."""
    return get_or_not_found(Shop.objects.all(), code=code)


def questions(shop: Shop, words: str = "") -> "QuerySet[Faq]":
    """The shop's FAQ in its order (S-122); `words`: only where question or answer has them."""
    rows = Faq.objects.filter(shop=shop)
    columns = ("question", "question_en", "answer", "answer_en")
    matches = (Q(**{f"{column}__icontains": words}) for column in columns)
    return rows.filter(reduce(or_, matches)) if words else rows
