"""The account itself: who cannot leave yet, and what of it is gone at once."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext_lazy as _
from knox.models import AuthToken

from kernel.actors import BUYER, Actor
from kernel.models import History, IdempotencyKey
from kernel.privacy.erasing import ERASED, erase_worker

from ..models import Membership, User
from .models import ErasureRequest
from .parts import Blocker, Erased, Part, register
from .retention import cut, keep_until

if TYPE_CHECKING:
    from django.db.models import QuerySet


def works_at_a_shop(user: User) -> bool:
    return Membership.objects.filter(user_id=user.pk).exists()


def works_for_the_platform(user: User) -> bool:
    return bool(user.support_role) or user.is_superuser or user.is_staff


def forget(user: User) -> None:
    """The name to log in with, what the person is called and how they are reached, their logins and tokens."""
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        model.objects.filter(username=user.username).delete()
    AuthToken.objects.filter(user=user).delete()
    IdempotencyKey.objects.filter(user_id=user.pk).delete()
    # What administrators did with the account says its name.
    people = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=people, object_id=str(user.pk)).update(object_repr=erased_name(user))
    ErasureRequest.objects.filter(by_id=user.pk).update(by_name=erased_name(user))
    user.username, user.is_active, user.last_login = erased_name(user), False, None
    user.first_name = user.last_name = user.email = user.phone = ""
    # Sessions end with the password that they were made under.
    user.set_unusable_password()
    user.save()


def _acts(user: User) -> "QuerySet[History]":
    """What they did for a shop or the platform under their name."""
    return History.objects.filter(actor_id=user.pk).exclude(actor_kind=BUYER).exclude(actor_name=ERASED)


def due(user: User, now: datetime) -> Erased:
    acts = _acts(user)
    newest = acts.filter(at__gt=cut(now)).order_by("-at").first()
    return Erased(acts.filter(at__lte=cut(now)).count(), keep_until(newest.at) if newest else None)


def erase_due(user: User, actor: Actor, now: datetime, step: Callable[[], object]) -> Erased:
    request = ErasureRequest.objects.filter(user=user, state=ErasureRequest.State.CARRIED_OUT).first()
    name = request.username if request is not None else user.username
    erase_worker(user.pk, name, until=cut(now), actor=actor)
    return due(user, now)


def erased_name(user: User) -> str:
    """What stands for the person from now on: says nothing of them, and is nobody else's."""
    return f"erased-{user.pk}"


register(
    Part(
        name="account",
        blockers=(
            Blocker("works_at_shop", _("You work for a shop. Ask its manager to remove you first."), works_at_a_shop),
            Blocker(
                "works_for_platform",
                _("This login belongs to platform staff. An administrator has to remove its permissions first."),
                works_for_the_platform,
            ),
        ),
        forget=forget,
        erase_due=erase_due,
        due=due,
    )
)
