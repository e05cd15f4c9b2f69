"""Who can work no more: one function for everything by which a person ends to work for a shop."""

from datetime import datetime

from django.db import transaction

from kernel.actors import Actor
from kernel.changes import record_change

from .models import Membership, User
from .signals import membership_ended


def stops_working(shop_id: int, user_id: int, *, now: datetime) -> None:
    """The person was removed, became a program or was switched off: the apps above give free what they worked on."""
    membership_ended.send(sender=Membership, shop_id=shop_id, user_id=user_id, now=now)


@transaction.atomic
def set_active(user: User, *, active: bool, actor: Actor, now: datetime) -> User:
    """Switches a person off, or on again. Each of their shops reads it among its changes; tokens and sessions end by
    themselves (migration 0005)."""
    stored = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    before, stored.is_active = stored.is_active, active
    user.is_active = active
    if before == active:
        return user
    stored.save(update_fields=["is_active"])
    for member in Membership.objects.filter(user=stored).order_by("pk"):
        record_change(
            "member", member, label=stored.username, before={"is_active": before}, after={"is_active": active},
            actor=actor,
        )  # fmt: skip
        if not active:
            stops_working(member.shop_id, stored.pk, now=now)
    return user
