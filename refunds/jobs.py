"""Sends every refund that is due: also where the message that follows its commit was lost."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Min

from kernel.calls import clock
from kernel.jobs import Outcome, register
from kernel.watch import Backlog, Figure, publish

from . import services
from .machine import Status
from .models import Refund
from .reconciliation import job  # noqa: F401  (registers itself)
from .redirections.sending import forget_cards
from .services import Sender, due, lease

if TYPE_CHECKING:
    from django.db.models import QuerySet

BATCH = 500
LOOKS = 10  # each may take as long as an attempt
# Leased at once by one sender: enough that two of them seldom meet, few enough for the minute of a lease.
SHARE = 10


def send_refunds(now: datetime, dry_run: bool, at_most: int = BATCH) -> Outcome:
    wall = clock.wall()
    if dry_run:
        return Outcome(done=due(wall).count())
    sender = Sender(now, wall)
    while at_most > 0 and (share := lease(wall, min(SHARE, at_most))):
        at_most -= len(share)
        sender.send(share)
        if len(share) < SHARE:
            break  # nothing more is due; what has come since then is for the next run
    return sender.outcome


def _to_look_at(wall: datetime) -> "QuerySet[Refund]":
    return Refund.objects.filter(look_again_at__lte=wall).order_by("look_again_at", "id")


def look_again(now: datetime, dry_run: bool) -> Outcome:
    """Asks about returned refunds that their channel may still pay. `done`: it has had its last word."""
    wall = clock.wall()
    ids = list(_to_look_at(wall).values_list("pk", flat=True)[:LOOKS])
    if dry_run:
        return Outcome(done=len(ids))
    outcome = Outcome()
    for refund_id in ids:
        ended = services.look_again(refund_id, now=now, wall=wall)
        outcome += Outcome(done=1) if ended else Outcome(skipped=1)
    return outcome


def _waiting_for_a_look(now: datetime) -> Backlog:
    return Backlog.of(_to_look_at(clock.wall()), "look_again_at")


def _waiting(now: datetime) -> Backlog:
    return Backlog.of(due(clock.wall()), "next_attempt_at")


def _by_status() -> dict[str, float]:
    """Every status, those of no refund included: an alert needs the zero."""
    counted = dict(Refund.objects.order_by().values_list("status").annotate(Count("pk")))
    return {status: float(counted.get(status, 0)) for status in Status.values}


def _oldest_open() -> dict[str, float]:
    # Open refunds are those with a next attempt, and the partial index holds only them.
    oldest = Refund.objects.filter(next_attempt_at__isnull=False).aggregate(at=Min("created_at"))["at"]
    return {"": max((clock.wall() - oldest).total_seconds(), 0.0) if oldest else 0.0}


# Every two seconds: the buyer waits for this, also when the message after the commit was lost (F17).
register("refunds.send_refunds", send_refunds, order=20, every=2.0, waiting=_waiting)
register("refunds.look_again", look_again, order=22, every=10.0, waiting=_waiting_for_a_look)
register("refunds.forget_cards", forget_cards, order=72, every=3600.0, retries=3)
publish(Figure("refunds", "Refunds by status", "status", _by_status))
publish(Figure("oldest_open_refund_seconds", "Age of the oldest refund that has not ended", "", _oldest_open))
