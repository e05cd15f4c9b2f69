"""Looks again at notices that came too early, or could not be applied."""

from datetime import datetime
from typing import TYPE_CHECKING

from kernel.calls import clock
from kernel.jobs import Outcome, register
from kernel.watch import Backlog, Figure, publish

from ..gateways import NoticeKind
from .models import TO_REVIEW, ChannelNotice, State
from .receive import look_at

if TYPE_CHECKING:
    from django.db.models import QuerySet

BATCH = 200


def due(wall: datetime) -> "QuerySet[ChannelNotice]":
    """Without complaints, of which the channel has to be asked (`complaints.jobs`)."""
    rows = ChannelNotice.objects.filter(state=State.PARKED, next_look_at__lte=wall).exclude(kind=NoticeKind.COMPLAINT)
    return rows.order_by("next_look_at", "id")


def apply_notices(now: datetime, dry_run: bool) -> Outcome:
    rows = due(clock.wall())[:BATCH]
    if dry_run:
        return Outcome(done=rows.count())
    outcome = Outcome()
    for row in rows:
        parked = look_at(row, now=now) == State.PARKED
        outcome += Outcome(skipped=1) if parked else Outcome(done=1)
    return outcome


def _waiting(now: datetime) -> Backlog:
    return Backlog.of(due(clock.wall()), "next_look_at")


def _flagged() -> dict[str, float]:
    return {"": float(ChannelNotice.objects.filter(TO_REVIEW).count())}


register("refunds.apply_notices", apply_notices, order=21, every=30.0, waiting=_waiting)
publish(Figure("flagged_notices", "Notices of channels that need a person", "", _flagged))
