"""The buyer's actions on a ticket in words: the same in the list, on the ticket, on the button and its page (ux 2)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.models import Ticket
from aftersales.selectors.pending_action import BUYERS_TURN
from aftersales.states import Status

# Name → label and icon, in the order in which they are offered: what brings the ticket further comes first.
ACTIONS: dict[str, "tuple[str | Promise, str]"] = {
    "ship-back": (gettext_lazy("Enter the tracking number"), "truck"),
    "confirm-replacement": (gettext_lazy("Confirm arrival"), "circle-check"),
    "convert": (gettext_lazy("Refund instead"), "banknote"),
    "amend": (gettext_lazy("Change the application"), "pencil"),
    "withdraw": (gettext_lazy("Withdraw"), "rotate-ccw"),
}


@dataclass(frozen=True)
class Action:
    """`now`: the ticket waits for it, so it is the one primary button. `page`: it has a page of its own, no pop-up."""

    name: str
    label: str
    icon: str
    url: str
    now: bool
    page: bool


def actions_of(ticket: Ticket, allowed: Iterable[str]) -> list[Action]:
    """Those of `allowed` (API names, from the services) that the storefront has a page for."""
    # What is allowed may have no page here.
    names = set(allowed)
    return [action_of(ticket, name) for name in ACTIONS if name in names]


def action_of(ticket: Ticket, name: str) -> Action:
    label, icon = ACTIONS[name]
    url = f"{reverse('ticket', args=[ticket.ticket_no])}{name}/"
    return Action(name, str(_label(ticket, name) or label), icon, url, _is_waited_for(ticket, name), name == "amend")


def _is_waited_for(ticket: Ticket, name: str) -> bool:
    if name == "amend":
        return ticket.status == Status.REJECTED
    if name == "confirm-replacement" and ticket.lost_at is not None:
        return False  # a lost parcel may still arrive, but nobody waits for that
    return name == "convert" or (name != "withdraw" and ticket.status in BUYERS_TURN)


def _label(ticket: Ticket, name: str) -> str:
    """The label of an action that is called differently the second time; "" for all others."""
    if name == "amend" and ticket.status == Status.REJECTED:
        return _("Apply again")
    if name == "ship-back" and ticket.shipped_back_at is not None:
        return _("Correct the tracking number")
    return ""
