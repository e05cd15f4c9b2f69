"""The complaint machine on one screen: the shop answers at the channel, and the channel says what became of it."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import RETURN_VALUE

from kernel.actors import GATEWAY_KIND, MERCHANT, SUPPORT
from kernel.machine import Stateful, StatusField, transition

CHANNEL = (GATEWAY_KIND,)


class Status(models.TextChoices):
    """As the port of channels says them (refunds.gateways), which is built on these models."""

    OPEN = "open", pgettext_lazy("complaint", "to answer")
    ANSWERED = "answered", pgettext_lazy("complaint", "answered")
    CLOSED = "closed", pgettext_lazy("complaint", "closed")


ACTION_LABELS = {
    "create": _("The buyer complained to the channel"),
    "answer": _("Answered, or with the channel's support"),
    "reopen": _("The buyer went on complaining"),
    "close": _("Closed at the channel"),
    "report_money": _("A person said what the channel did with the money"),
}


class ComplaintMachine(Stateful):
    EVENTS = {"create": "complaint.opened", "reopen": "complaint.opened", "close": "complaint.closed"}
    # What it does to money is told by the chargeback.
    NO_NEWS = frozenset({"answer", "report_money"})
    NUMBERS = ("complaint_no", "complaint_no")

    status = StatusField(_("status"), choices=Status.choices, default=Status.OPEN)

    # A column of the row that the verbs set.
    closed_at: Any

    class Meta:
        abstract = True

    @transition(status, Status.OPEN, Status.ANSWERED, CHANNEL)
    def answer(self, *, now: datetime) -> None:
        """The shop has answered, or the channel's support decides now."""

    @transition(status, (Status.ANSWERED, Status.CLOSED), Status.OPEN, CHANNEL)
    def reopen(self, *, now: datetime) -> None:
        """The buyer wrote again, or complained again of the same."""
        self.closed_at = None

    @transition(status, (Status.OPEN, Status.ANSWERED), Status.CLOSED, CHANNEL)
    def close(self, *, now: datetime) -> None:
        """The channel says that it has ended. It says nothing about money."""
        self.closed_at = now

    @transition(status, tuple(Status), RETURN_VALUE(*Status), (MERCHANT, SUPPORT))
    def report_money(self, *, now: datetime) -> str:
        """A person said what the channel did with the money. Only history is written; the chargeback has it."""
        return str(self.status)
