"""What a manager sets in a shop: contact, policy, members. The admin calls these services."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.changes import record_change, values_of
from kernel.errors import Conflict, Forbidden, Invalid
from kernel.money import is_whole
from web.fields import MORE_DECIMALS

from .access import ADMINISTRATOR, is_support
from .advice import COLUMNS
from .models import Level, Membership, Policy, Role, Shop, User
from .people import stops_working
from .policy import BOUNDS

CONTACT = ("name", "name_en", "contact_name", "contact_phone", "contact_address", "hotline")
MEMBER = ("role", "review_limit", "daily_limit", "level", "accepted_at")
POLICY = tuple(field.name for field in Policy._meta.fields if field.name not in ("id", "shop", "created_at"))


def only_manager(actor: Actor) -> None:
    """The shop's own manager, or the administrator; support does not set what a shop promises."""
    if not actor.is_manager and actor.role != ADMINISTRATOR:
        raise Forbidden()


@transaction.atomic
def revise_contact(shop: Shop, *, actor: Actor, now: datetime, **values: str) -> Shop:
    only_manager(actor)
    stored = Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
    before = values_of(stored, CONTACT)
    for name in CONTACT:
        # From the stored row: another manager may have changed a field that is not given here.
        setattr(shop, name, values.get(name, getattr(stored, name)))
    shop.save(update_fields=CONTACT)
    after = values_of(shop, CONTACT)
    record_change("contact", shop, label=shop.name, before=before, after=after, actor=actor, shop_id=shop.pk)
    return shop


@transaction.atomic
def revise_advice(shop: Shop, *, actor: Actor, now: datetime, **values: str) -> Shop:
    """What buyers are advised (S-077, S-145); an empty text is the usual one."""
    only_manager(actor)
    stored = Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
    before = values_of(stored, COLUMNS)
    for name in COLUMNS:
        # From the stored row: another manager may have written a text that is not given here.
        setattr(shop, name, values.get(name, getattr(stored, name)).strip())
    shop.save(update_fields=COLUMNS)
    after = values_of(shop, COLUMNS)
    record_change("advice", shop, label=shop.name, before=before, after=after, actor=actor, shop_id=shop.pk)
    return shop


@transaction.atomic
def revise_policy(shop: Shop, values: Mapping[str, Any], *, actor: Actor, now: datetime) -> Policy:
    """A new version for orders from now on; orders that are there keep theirs (traps: ERPNext #41893)."""
    only_manager(actor)
    # Two managers at once: the second version starts from the numbers that the first one saved.
    shop = Shop.objects.select_for_update(no_key=True).select_related("policy").get(pk=shop.pk)
    numbers = {name: values.get(name, getattr(shop.policy, name)) for name in POLICY}
    if all(getattr(shop.policy, name) == value for name, value in numbers.items()):
        return shop.policy
    _within_the_law(numbers)
    before = values_of(shop.policy, POLICY)
    check_whole(shop, return_freight_standard=numbers["return_freight_standard"])
    shop.policy = Policy(shop=shop, **numbers)
    _storable(shop.policy)
    shop.policy.save()
    shop.save(update_fields=["policy"])
    after = values_of(shop.policy, POLICY)
    record_change("policy", shop.policy, label=shop.name, before=before, after=after, actor=actor)
    return shop.policy


def _within_the_law(values: Mapping[str, Any]) -> None:
    errors = {
        name: [_("Enter a number from %(floor)d to %(ceiling)d.") % {"floor": bounds.floor, "ceiling": bounds.ceiling}]
        for name, bounds in BOUNDS.items()
        if not bounds.floor <= values[name] <= bounds.ceiling
    }
    if errors:
        raise Invalid(errors=errors)


def check_whole(shop: Shop, **amounts: Decimal | None) -> None:
    """The numbers of a shop are in its currency (F-1)."""
    errors = {
        name: [MORE_DECIMALS.format(currency=shop.currency)]
        for name, amount in amounts.items()
        if amount is not None and not is_whole(amount, shop.currency)
    }
    if errors:
        raise Invalid(errors=errors)


def _storable(policy: Policy) -> None:
    """A number of days that no column can hold is said at its field."""
    try:
        policy.clean_fields()
    except ValidationError as refusal:
        raise Invalid(errors=refusal.message_dict) from refusal


@transaction.atomic
def open_shop(shop: Shop, **numbers: Any) -> Shop:
    """A new shop, with the default policy but for `numbers`."""
    with connection.cursor() as cursor:
        # Shop and policy need each other's id; what points at what is checked at COMMIT.
        cursor.execute("SELECT nextval(pg_get_serial_sequence('accounts_shop', 'id'))")
        shop.pk = cursor.fetchone()[0]
    shop.policy = Policy.objects.create(shop_id=shop.pk, **numbers)
    shop.save(force_insert=True)
    return shop


@transaction.atomic
def set_member(
    shop: Shop,
    user: User,
    *,
    role: str,
    review_limit: Decimal | None,
    daily_limit: Decimal | None = None,
    level: str = "",
    actor: Actor,
    now: datetime,
) -> Membership:
    """Invites a person or changes a member. Nobody sets their own rights, and a shop keeps a manager. `level`: "" keeps
    that of a member, and is full for somebody new."""
    _lock(shop)
    may_set_member(shop, user, role=role, actor=actor)
    # Only an agent has a limit (S-161). One left over on a manager would apply again with the next change of role.
    limit = review_limit if role == Role.AGENT else None
    stored = Membership.objects.filter(shop=shop, user=user).first()
    before = values_of(stored, MEMBER)
    if role == Role.INTEGRATION:  # a program decides nothing
        daily_limit = None
    check_whole(shop, review_limit=limit, daily_limit=daily_limit)
    level = level or (stored.level if stored is not None else Level.FULL)
    values: dict[str, object] = {
        "role": role, "review_limit": limit, "daily_limit": daily_limit,
        "level": level if role == Role.AGENT else Level.FULL,
    }  # fmt: skip
    if stored is not None and stored.accepted_at is not None and stored.role != role:
        values["role_since"] = max(now, stored.accepted_at)
    member, _created = Membership.objects.update_or_create(shop=shop, user=user, defaults=values)
    after = values_of(member, MEMBER)
    record_change("member", member, label=user.username, before=before, after=after, actor=actor)
    if role == Role.INTEGRATION:  # a program has no desk
        stops_working(shop.pk, user.pk, now=now)
    return member


@transaction.atomic
def remove_member(member: Membership, *, actor: Actor, now: datetime) -> None:
    _lock(member.shop)
    may_set_member(member.shop, member.user, role="", actor=actor)
    before = values_of(member, MEMBER)
    record_change("member", member, label=member.user.username, before=before, after={}, actor=actor)
    member.delete()
    stops_working(member.shop_id, member.user_id, now=now)


def may_set_member(shop: Shop, user: User, *, role: str, actor: Actor) -> None:
    only_manager(actor)
    if actor.user_id == user.pk:
        raise Forbidden(_("You can't change your own permissions. Ask another manager."))
    if role and is_support(user):
        raise Conflict(_("Support staff and administrators can't be members of a shop."))
    if role != Role.MANAGER and is_last_manager(shop, user):
        raise Conflict(_("A shop needs at least one manager. Appoint another one first."))


def is_last_manager(shop: Shop, user: User) -> bool:
    """Of those who can act: neither who was switched off nor who has not accepted yet could appoint another one."""
    members = Membership.objects.filter(shop=shop, role=Role.MANAGER, accepted_at__isnull=False, user__is_active=True)
    return list(members.values_list("user_id", flat=True)) == [user.pk]


def shops_of_member(user: User) -> list[str]:
    """The names of the shops that the user works for. Who has any cannot become support."""
    return list(user.memberships.filter(accepted_at__isnull=False).values_list("shop__name", flat=True))


def _lock(shop: Shop) -> None:
    """Two managers who remove each other at once must not both succeed."""
    Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
