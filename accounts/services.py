"""What a manager sets in a shop: contact, policy, members. The admin calls these services."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.errors import Conflict, Forbidden, Invalid

from .access import ADMINISTRATOR
from .models import Membership, Policy, Role, Shop, User

CONTACT = ("name", "contact_name", "contact_phone", "contact_address", "hotline")
POLICY = tuple(field.name for field in Policy._meta.fields if field.name not in ("id", "shop", "created_at"))


def only_manager(actor: Actor) -> None:
    """The shop's own manager, or the administrator; support does not set what a shop promises."""
    if not actor.is_manager and actor.role != ADMINISTRATOR:
        raise Forbidden()


def revise_contact(shop: Shop, *, actor: Actor, now: datetime, **values: str) -> Shop:
    only_manager(actor)
    for name in CONTACT:
        setattr(shop, name, values.get(name, getattr(shop, name)))
    shop.save(update_fields=CONTACT)
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
    shop.policy = Policy(shop=shop, **numbers)
    _storable(shop.policy)
    shop.policy.save()
    shop.save(update_fields=["policy"])
    return shop.policy


def _within_the_law(values: Mapping[str, Any]) -> None:
    errors: dict[str, list[str]] = {}
    if values["no_reason_days"] < 7:
        errors["no_reason_days"] = [_("Seven days are the least that the law allows (D-4 art. 10).")]
    if values["max_applications"] < 1:
        errors["max_applications"] = [_("At least one application must be possible.")]
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
    shop: Shop, user: User, *, role: str, review_limit: Decimal | None, actor: Actor, now: datetime
) -> Membership:
    """Adds a member or changes one. Nobody sets their own rights, and a shop keeps a manager."""
    _lock(shop)
    may_set_member(shop, user, role=role, actor=actor)
    # Only an agent has a limit (S-161). One left over on a manager would apply again with the next change of role.
    limit = review_limit if role == Role.AGENT else None
    member, _created = Membership.objects.update_or_create(
        shop=shop, user=user, defaults={"role": role, "review_limit": limit}
    )
    return member


@transaction.atomic
def remove_member(member: Membership, *, actor: Actor, now: datetime) -> None:
    _lock(member.shop)
    may_set_member(member.shop, member.user, role="", actor=actor)
    member.delete()


def may_set_member(shop: Shop, user: User, *, role: str, actor: Actor) -> None:
    only_manager(actor)
    if actor.user_id == user.pk:
        raise Forbidden(_("Nobody changes their own rights. Ask another manager."))
    if role != Role.MANAGER and is_last_manager(shop, user):
        raise Conflict(_("A shop keeps at least one manager. Appoint another one first."))


def is_last_manager(shop: Shop, user: User) -> bool:
    managers = Membership.objects.filter(shop=shop, role=Role.MANAGER).values_list("user_id", flat=True)
    return list(managers) == [user.pk]


def _lock(shop: Shop) -> None:
    """Two managers who remove each other at once must not both succeed."""
    Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
