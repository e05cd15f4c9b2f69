"""The chargeback machine on one screen: the bank holds the money until it decides."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import RETURN_VALUE

from kernel.actors import GATEWAY_KIND, INTEGRATION, MERCHANT, SUPPORT
from kernel.machine import Stateful, StatusField, transition

BANK = (GATEWAY_KIND, INTEGRATION)  # who brings the bank's word
# Beside them a person, on a complaint only (`complaints.money.report_money`).
REPORTERS = (*BANK, MERCHANT, SUPPORT)


class Status(models.TextChoices):
    OPEN = "open", pgettext_lazy("chargeback", "open")
    WON = "won", pgettext_lazy("chargeback", "won")
    LOST = "lost", pgettext_lazy("chargeback", "lost")


ACTION_LABELS = {
    "create": _("Opened"),
    "win": _("Won: the shop has its money"),
    "lose": _("Lost: the buyer has the money"),
    "reopen": _("Opened again: a second round at the bank"),
    "take_evidence": _("Evidence downloaded"),
}


class ChargebackMachine(Stateful):
    EVENTS = {
        "create": "chargeback.opened",
        "win": "chargeback.won",
        "lose": "chargeback.lost",
        "reopen": "chargeback.opened",
    }
    NO_NEWS = frozenset({"take_evidence"})
    NUMBERS = ("chargeback_no", "chargeback_no")

    status = StatusField(_("status"), choices=Status.choices, default=Status.OPEN)

    # Columns of the row that the verbs set.
    ended_at: Any

    class Meta:
        abstract = True

    @transition(status, (Status.OPEN, Status.LOST), Status.WON, REPORTERS)
    def win(self, *, now: datetime) -> None:
        """The shop has its money again; after a loss, by a late reversal."""
        self.ended_at = now

    @transition(status, (Status.OPEN, Status.WON), Status.LOST, REPORTERS)
    def lose(self, *, now: datetime) -> None:
        """The payer has the money, for good; after it was won, by a second round at the bank."""
        self.ended_at = now

    @transition(status, Status.WON, Status.OPEN, REPORTERS)
    def reopen(self, *, now: datetime) -> None:
        """A second round has begun: the bank holds the money again."""
        self.ended_at = None

    @transition(
        status,
        (Status.OPEN, Status.WON, Status.LOST),
        RETURN_VALUE(Status.OPEN, Status.WON, Status.LOST),
        (MERCHANT, INTEGRATION, SUPPORT),
    )
    def take_evidence(self, *, now: datetime) -> str:
        """The evidence for the bank was downloaded. Only history is written."""
        return str(self.status)
