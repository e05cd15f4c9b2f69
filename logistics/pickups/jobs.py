"""Books, cancels and asks about pickups. In the queue of the couriers."""

from datetime import datetime

from kernel.calls import clock
from kernel.jobs import register
from kernel.watch import Backlog

from .. import couriers
from . import policy
from .send import ask_pickups, due


def _waiting(now: datetime) -> Backlog:
    return Backlog.of(due(clock.wall()), "next_at") if couriers.pickups() else Backlog(0)


register("logistics.ask_pickups", ask_pickups, order=32, every=policy.RUN_SECONDS * 3, waiting=_waiting)
