"""What the buyer of a ticket reads once its deadline has passed: who is late, and what they can do then."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.conditions import awaits_goods
from aftersales.models import Ticket
from aftersales.services.actions import buyer_may_convert
from aftersales.states import Status
from kernel.languages import paragraph

LATE: dict[str, "str | Promise"] = {
    Status.PENDING_REVIEW: gettext_lazy(
        "The shop hasn't responded in time. You can write to it or call it, or edit or withdraw your request."
    ),
    Status.PENDING_REFUND: gettext_lazy(
        "This is taking longer than usual. The shop has been notified and is looking into it. You can also write to "
        "it or call it."
    ),
}


def after_deadline(ticket: Ticket, then: str) -> str:
    """Either the clock is about to act (`then`), or somebody is late with what only they can do."""
    if then:
        return _("Time's up. This will soon be %(then)s.") % {"then": then}
    if ticket.objection:
        return _("Platform support is deciding on your objection. Tell them anything they should know here.")
    if ticket.status in (Status.PENDING_REFUND, Status.PENDING_RESHIP) and awaits_goods(ticket):
        return _("The shop hasn't checked your goods in time. You can write to it or call it.")
    if ticket.status in (Status.PENDING_RESHIP, Status.RESHIPPED):
        return paragraph(_replacement(ticket), _instead(ticket))
    return str(LATE.get(ticket.status, ""))


def _replacement(ticket: Ticket) -> str:
    if ticket.not_arrived_at is not None:
        return _("The shop hasn't responded.")
    if ticket.status == Status.RESHIPPED:
        return _("The shop hasn't resent them in time.")
    return _("The shop hasn't sent them in time.")


def _instead(ticket: Ticket) -> str:
    if buyer_may_convert(ticket):
        return _("You can get a refund instead.")
    # The deadline has passed, and the sweep that opens the way has not come by yet.
    return _("You'll soon be able to get a refund instead.")
