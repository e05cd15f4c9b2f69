"""What the invited person does with a membership: accept or decline it. Nobody else answers for them."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.changes import Values, record_change, values_of
from kernel.errors import Conflict, Forbidden, NotFound

from .access import is_support, kind_of
from .models import Membership, User
from .services import MEMBER


@transaction.atomic
def accept(invitation: Membership, *, user: User, now: datetime, role: str = "") -> Membership:
    """From now on it counts. `role`: what the person was shown; another one by now is refused, so that nobody accepts
    what they have not seen."""
    member = _own(invitation, user)
    if role and role != member.role:
        raise Conflict(_("The invitation has changed. Read it again before accepting."))
    if is_support(user):
        raise Conflict(_("Support staff and administrators can't be members of a shop."))
    if member.accepted_at is None:
        before = values_of(member, MEMBER)
        member.accepted_at = member.role_since = now
        member.save(update_fields=["accepted_at", "role_since"])
        _record(member, user, before, values_of(member, MEMBER))
    return member


@transaction.atomic
def decline(invitation: Membership, *, user: User, now: datetime) -> None:
    """The invitation goes away. A membership that was accepted is ended by a manager of the shop."""
    member = _own(invitation, user)
    if member.accepted_at is not None:
        raise Conflict(_("You've already accepted this membership. A manager of the shop can end it."))
    _record(member, user, values_of(member, MEMBER), {})
    member.delete()


def _record(member: Membership, user: User, before: Values, after: Values) -> None:
    actor = Actor(kind_of(member), user.display_name, user.pk, member.role)
    record_change("member", member, label=user.username, before=before, after=after, actor=actor)


def _own(invitation: Membership, user: User) -> Membership:
    if invitation.user_id != user.pk:
        raise Forbidden()
    member = Membership.objects.select_for_update(of=("self",)).filter(pk=invitation.pk).first()
    if member is None:
        raise NotFound()
    return member
