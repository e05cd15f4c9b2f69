"""Subscribes, asks, takes up parcels that were sent before a courier was connected, and suspects the loss of those of
which no courier tells. In a queue of its own."""

from datetime import datetime

from kernel.calls import clock
from kernel.jobs import register
from kernel.watch import Backlog

from .. import couriers
from .ask import ask_couriers, due
from .chase import suspect_losses
from .follow import follow_parcels


def _waiting(now: datetime) -> Backlog:
    return Backlog.of(due(clock.wall()), "next_at") if couriers.connected() else Backlog(0)


register("logistics.ask_couriers", ask_couriers, order=30, every=30.0, waiting=_waiting)
register("logistics.follow_parcels", follow_parcels, order=31, every=3600.0, retries=3)
register("logistics.suspect_losses", suspect_losses, order=33, every=600.0)
