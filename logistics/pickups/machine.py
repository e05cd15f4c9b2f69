"""The pickup machine on one screen: chosen by the buyer, booked at the courier, collected or not."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import RETURN_VALUE

from kernel.actors import BUYER, CLOCK_KIND, COURIER_KIND, RULE_KIND
from kernel.machine import Stateful, StatusField, transition


class Status(models.TextChoices):
    REQUESTED = "requested", pgettext_lazy("pickup", "being booked")
    BOOKED = "booked", pgettext_lazy("pickup", "booked")
    COLLECTED = "collected", pgettext_lazy("pickup", "collected")
    MISSED = "missed", pgettext_lazy("pickup", "missed")
    CANCELLED = "cancelled", pgettext_lazy("pickup", "cancelled")
    REFUSED = "refused", pgettext_lazy("pickup", "refused by the courier")


OPEN = (Status.REQUESTED, Status.BOOKED)
FAILED = (Status.MISSED, Status.CANCELLED, Status.REFUSED)


def never_sent(pickup: Any) -> bool:
    return pickup.sent_at is None


def was_sent(pickup: Any) -> bool:
    return pickup.sent_at is not None


def not_asked_to_cancel(pickup: Any) -> bool:
    return pickup.cancel_asked_at is None


def being_cancelled(pickup: Any) -> bool:
    return pickup.cancel_asked_at is not None and pickup.cancel_refused_at is None


def lacks_number(pickup: Any) -> bool:
    return not pickup.tracking_no


@dataclass(frozen=True, slots=True)
class Names:
    """What the courier's system calls a pickup, its parcel, and who comes. Empty: not known."""

    task_no: str
    booking_no: str
    tracking_no: str
    person_name: str
    person_phone: str


class PickupMachine(Stateful):
    EVENTS = {
        "book": "pickup.booked",
        "miss": "pickup.cancelled",
        "cancel": "pickup.cancelled",
        "withdraw": "pickup.cancelled",
        "refuse": "pickup.cancelled",
    }
    # A collection is the ticket's `ticket.shipped_back`; the courier's name is read with the pickup.
    NO_NEWS = frozenset({"create", "assign", "ask_to_cancel", "keep", "collect", "number", "bill"})
    NUMBERS = ("pickup_no", "tracking_no")

    status = StatusField(_("status"), choices=Status.choices, default=Status.REQUESTED)

    if TYPE_CHECKING:  # columns of `models.Pickup`
        task_no: str
        booking_no: str
        tracking_no: str
        person_name: str
        person_phone: str
        freight: Decimal | None
        weight: Decimal | None
        booked_at: datetime | None
        collected_at: datetime | None
        cancel_asked_at: datetime | None
        cancel_refused_at: datetime | None
        ended_at: datetime | None
        reason: str

    class Meta:
        abstract = True

    @transition(status, Status.REQUESTED, Status.BOOKED, (COURIER_KIND,), [was_sent])
    def book(self, *, now: datetime, names: "Names") -> None:
        """The courier's system has it."""
        self.booked_at = now
        self._call(names)

    @transition(status, Status.BOOKED, Status.BOOKED, (COURIER_KIND,))
    def assign(self, *, now: datetime, names: "Names") -> None:
        """Who comes, or by which number the parcel will travel."""
        self._call(names)

    # Whatever was said before, the courier has the goods. Some couriers give the number of the parcel later.
    @transition(status, tuple(each for each in Status if each != Status.COLLECTED), Status.COLLECTED, (COURIER_KIND,))
    def collect(self, *, now: datetime, names: "Names", freight: Decimal | None, weight: Decimal | None) -> None:
        self.collected_at = self.ended_at = now
        self.reason, self.freight, self.weight = "", freight, weight
        self._call(names)

    @transition(status, Status.COLLECTED, Status.COLLECTED, (COURIER_KIND,), [lacks_number])
    def number(self, *, now: datetime, tracking_no: str) -> None:
        """By which number the collected parcel travels."""
        self.tracking_no = tracking_no

    @transition(status, Status.COLLECTED, Status.COLLECTED, (COURIER_KIND,))
    def bill(self, *, now: datetime, freight: Decimal | None, weight: Decimal | None) -> None:
        """What the courier charges the shop, and by which weight; again where it is corrected."""
        self.freight, self.weight = freight, weight

    @transition(status, OPEN, Status.MISSED, (COURIER_KIND, CLOCK_KIND))
    def miss(self, *, now: datetime, reason: str) -> None:
        """Nobody came, or nobody opened."""
        self.ended_at, self.reason = now, reason

    # By the buyer, or because the ticket no longer waits for a parcel: nothing has left yet, so it ends at once.
    @transition(status, Status.REQUESTED, Status.CANCELLED, (BUYER, RULE_KIND), [never_sent])
    def withdraw(self, *, now: datetime) -> None:
        self.ended_at = now

    # It stays open until the courier's system says that nobody comes.
    @transition(status, OPEN, RETURN_VALUE(*OPEN), (BUYER, RULE_KIND), [was_sent, not_asked_to_cancel])
    def ask_to_cancel(self, *, now: datetime) -> str:
        self.cancel_asked_at = now
        return self.status

    @transition(status, OPEN, RETURN_VALUE(*OPEN), (COURIER_KIND,), [being_cancelled])
    def keep(self, *, now: datetime) -> str:
        """It is too late to cancel it."""
        self.cancel_refused_at = now
        return self.status

    @transition(status, OPEN, Status.CANCELLED, (COURIER_KIND,))
    def cancel(self, *, now: datetime, reason: str = "") -> None:
        self.ended_at, self.reason = now, reason

    # RULE: it costs more than the shop pays for a return, or could not be sent before its time.
    @transition(status, Status.REQUESTED, Status.REFUSED, (COURIER_KIND, RULE_KIND))
    def refuse(self, *, now: datetime, reason: str) -> None:
        self.ended_at, self.reason = now, reason

    def _call(self, names: "Names") -> None:
        self.task_no, self.booking_no, self.tracking_no = names.task_no, names.booking_no, names.tracking_no
        self.person_name, self.person_phone = names.person_name, names.person_phone
