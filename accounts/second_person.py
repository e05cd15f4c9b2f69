"""Who is the second one where two people decide about money: one answer for refunds, payables and tickets."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from kernel.errors import Forbidden
from kernel.languages import enumerated

from .models import Membership, Role, SupportRole, User

if TYPE_CHECKING:
    from django.db.models import QuerySet

# Contract §5: for how long a manager has been one. So nobody appoints the second person themselves.
SECOND_PERSON_DAYS = 30


def seasoned_managers(shop_id: int, *, now: datetime) -> "QuerySet[Membership]":
    return _seasoned([shop_id], now).select_related("user").order_by("pk")


def _seasoned(shops: Iterable[int], now: datetime) -> "QuerySet[Membership]":
    since = now - timedelta(days=SECOND_PERSON_DAYS)
    rows = Membership.objects.filter(shop_id__in=shops, role=Role.MANAGER, accepted_at__isnull=False)
    return rows.filter(role_since__lte=since, user__is_active=True)


def confirms_in(user_id: int | None, shops: Iterable[int], *, now: datetime) -> set[int]:
    """Of these shops, those in which this person may be the second one: a supervisor of support in all, a manager who
    has been one for `SECOND_PERSON_DAYS` in theirs. Two statements, none for no shop."""
    shop_ids = set(shops)
    if user_id is None or not shop_ids:
        return set()
    own = set(_seasoned(shop_ids, now).filter(user_id=user_id).values_list("shop_id", flat=True))
    if own == shop_ids:
        return own
    supervisors = User.objects.filter(Q(support_role=SupportRole.SUPERVISOR) | Q(is_superuser=True), is_active=True)
    return shop_ids if supervisors.filter(pk=user_id).exists() else own


def confirms_for_shop(user_id: int | None, shop_id: int, *, now: datetime) -> bool:
    return shop_id in confirms_in(user_id, [shop_id], now=now)


def may_confirm(user_id: int | None, *, first: int | None, shop_id: int, now: datetime) -> bool:
    """Whether this person may be the second one after `first`."""
    return user_id != first and confirms_for_shop(user_id, shop_id, now=now)


def require_second(user_id: int | None, *, first: int | None, shop_id: int, own: str, now: datetime) -> None:
    """403 for `first`, in the words of `own`, and for whoever may not be the second person; both say whom to ask."""
    if user_id == first:
        raise Forbidden(f"{own} {whom_to_ask(shop_id, first, now=now)}")
    if not confirms_for_shop(user_id, shop_id, now=now):
        raise Forbidden(whom_to_ask(shop_id, first, now=now))


def whom_to_ask(shop_id: int, first: int | None, *, now: datetime) -> str:
    """Who may be the second person after `first`, in a sentence: by name where the shop has one."""
    managers = seasoned_managers(shop_id, now=now).exclude(user_id=first or 0)
    names = enumerated(member.user.display_name for member in managers)
    if not names:
        return _("Ask a supervisor of platform support: the shop has no other manager of at least 30 days.")
    return _("Ask %(names)s, or a supervisor of platform support.") % {"names": names}
