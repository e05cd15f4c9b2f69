"""Subscribes, asks, and takes up parcels that were sent before a courier was connected. In a queue of its own."""

from datetime import datetime

from kernel.calls import clock
from kernel.jobs import register
from kernel.watch import Backlog

from .. import couriers
from .ask import ask_couriers, due
from .follow import follow_parcels


def _waiting(now: datetime) -> Backlog:
    return Backlog.of(due(clock.wall()), "next_at") if couriers.connected() else Backlog(0)


register("logistics.ask_couriers", ask_couriers, order=30, every=30.0, waiting=_waiting)
register("logistics.follow_parcels", follow_parcels, order=31, every=3600.0, retries=3)
