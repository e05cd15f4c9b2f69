"""Who must act on a ticket, by when, and what happens then (ux 1).

These are the words of the desk. The storefront has its own words for the buyer (`storefront.status_text`), made from
the same facts."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..machine import awaits_goods
from ..models import Ticket
from ..states import Due, Status

_TEXTS: dict[str, "str | Promise"] = {
    Status.PENDING_REVIEW: gettext_lazy("The shop has to decide"),
    Status.PENDING_SUPPLEMENT: gettext_lazy("The buyer has to pay the difference"),
    Status.PENDING_RETURN: gettext_lazy("The buyer has to send the goods back"),
    Status.PENDING_REFUND: gettext_lazy("The money is on its way"),
    Status.PENDING_RESHIP: gettext_lazy("The shop has to send the replacement"),
    Status.RESHIPPED: gettext_lazy("The buyer has to confirm the arrival"),
    Status.REJECTED: gettext_lazy("The buyer may apply again"),
}
# Where the buyer has the next step. A rejected ticket is left out: nothing has to be done about it.
BUYERS_TURN = (Status.PENDING_SUPPLEMENT, Status.PENDING_RETURN, Status.RESHIPPED)


@dataclass(frozen=True)
class PendingAction:
    """`text`: a sentence that names who must do what. `then`: what the clock does at `due_at`, "" for nothing.
    `late`: the deadline has passed."""

    text: str
    due_at: datetime | None
    then: str
    late: bool


def pending_action(ticket: Ticket, now: datetime) -> PendingAction | None:
    """None: the ticket has ended, nobody has to do anything."""
    if ticket.status not in _TEXTS:
        return None
    # `overdue_since` stays after the deadline itself was cleared, so each of the two alone means late.
    late = ticket.overdue_since is not None or (ticket.due_at is not None and ticket.due_at <= now)
    # Once the ticket is overdue, "overdue" does not describe what happens next.
    then = "" if not ticket.due_action or (late and ticket.due_action == Due.OVERDUE) else Due(ticket.due_action).label
    return PendingAction(_text(ticket), ticket.due_at, str(then), late)


def _text(ticket: Ticket) -> str:
    # The status alone does not show whether the shop waits for the goods or has to pay or send.
    if ticket.status in (Status.PENDING_REFUND, Status.PENDING_RESHIP) and awaits_goods(ticket):
        return _("The shop has to receive the goods")
    if ticket.status == Status.RESHIPPED and ticket.lost_at is not None:
        return _("The shop has to send the lost replacement again")
    return str(_TEXTS[ticket.status])
