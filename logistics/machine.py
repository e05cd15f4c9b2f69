"""The parcel machine on one screen."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE

from kernel.actors import CLOCK_KIND, COURIER_KIND, INTEGRATION, MERCHANT, SUPPORT
from kernel.machine import Stateful, StatusField, transition


class Status(models.TextChoices):
    ANNOUNCED = "announced", _("waiting for pickup")
    PICKED_UP = "picked_up", _("picked up")
    IN_TRANSIT = "in_transit", _("in transit")
    DELIVERING = "delivering", _("out for delivery")  # out for delivery, or waiting in a locker or at a station
    EXCEPTION = "exception", _("problem on the way")
    DAMAGED = "damaged", _("reported damaged")
    DELIVERED = "delivered", _("delivered")
    LOST = "lost", _("lost")
    RETURNED = "returned", _("returned undelivered")


# It can still arrive, be lost or come back. Whoever asks whether a parcel is under way asks for one of these, never for
# a single state; a damaged one travels on until the courier says otherwise (S-143).
ON_THE_WAY = (
    Status.ANNOUNCED,
    Status.PICKED_UP,
    Status.IN_TRANSIT,
    Status.DELIVERING,
    Status.EXCEPTION,
    Status.DAMAGED,
)
# Nothing is wrong with it yet, so that silence may be.
MAY_BE_LOST = (Status.ANNOUNCED, Status.PICKED_UP, Status.IN_TRANSIT, Status.DELIVERING)
# The shop asks the courier what became of it (S-143).
TO_CHASE = (Status.EXCEPTION, Status.DAMAGED)
# What a courier also says of a parcel that nobody has given to it: ordered, cancelled, never heard of.
UNSEEN = (Status.ANNOUNCED, Status.EXCEPTION)
NOT_ARRIVED = (Status.LOST, Status.RETURNED)
REPORTERS = (COURIER_KIND, INTEGRATION, MERCHANT, SUPPORT)


def not_proven(parcel: Any) -> bool:
    return not parcel.delivery_proven


def not_counted(parcel: Any) -> bool:
    return parcel.counted_at is None


class ParcelMachine(Stateful):
    EVENTS = {
        "create": "parcel.updated",
        "scan": "parcel.updated",
        "suspect_loss": "parcel.updated",
        "deliver": "parcel.delivered",
        "lose": "parcel.lost",
        "bring_back": "parcel.updated",
        "count": "parcel.updated",
    }
    NO_NEWS = frozenset({"import", "prove_delivery"})
    NUMBERS = ("pk", "tracking_no")

    status = StatusField(_("status"), choices=Status.choices, default=Status.IN_TRANSIT)

    delivered_at: Any  # columns of the row
    delivery_proven: Any
    counted_at: Any
    silent_since: Any

    class Meta:
        abstract = True

    @property
    def is_on_the_way(self) -> bool:
        """As `status__in=ON_THE_WAY` in a query."""
        return self.status in ON_THE_WAY

    @transition(status, ON_THE_WAY, RETURN_VALUE(*ON_THE_WAY), REPORTERS)
    def scan(self, *, now: datetime, status: str) -> str:
        """Its newest scan says so (S-118). What ended does not set out again."""
        self.silent_since = None
        return status

    @transition(status, MAY_BE_LOST, Status.EXCEPTION, (CLOCK_KIND, COURIER_KIND))
    def suspect_loss(self, *, now: datetime, since: datetime) -> None:
        """The courier has told nothing new of it for days (S-143). `since`: its last scan, or when it was sent."""
        self.silent_since = since

    # From lost as well: a parcel that was given up may turn up and be delivered.
    @transition(status, (*ON_THE_WAY, Status.LOST), Status.DELIVERED, REPORTERS)
    def deliver(self, *, now: datetime, at: datetime, proven: bool) -> None:
        self.delivered_at, self.delivery_proven, self.silent_since = at, proven, None

    @transition(status, Status.DELIVERED, Status.DELIVERED, REPORTERS, [not_proven])
    def prove_delivery(self, *, now: datetime, at: datetime) -> None:
        """After the shop's bare word comes a scan, or a proof. Terms that began never become shorter by it."""
        self.delivered_at, self.delivery_proven = max(self.delivered_at, at), True

    @transition(status, ON_THE_WAY, Status.LOST, REPORTERS)
    def lose(self, *, now: datetime) -> None:
        """Lost, broken beyond use or confiscated on the way (S-143, S-168)."""
        self.silent_since = None

    @transition(status, (*ON_THE_WAY, Status.LOST), Status.RETURNED, REPORTERS)
    def bring_back(self, *, now: datetime) -> None:
        """Came back to its sender undelivered (S-094)."""
        self.silent_since = None

    @transition(status, Status.RETURNED, Status.RETURNED, (INTEGRATION, MERCHANT), [not_counted])
    def count(self, *, now: datetime) -> None:
        """What was in it was counted, and is on the shelf again."""
        self.counted_at = now
