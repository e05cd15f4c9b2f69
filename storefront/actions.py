"""The buyer's actions on a ticket in words: the same in the list, on the ticket, on the button and its page (ux 2)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.conditions import replacement_missing, waits_for_buyer
from aftersales.models import Ticket
from aftersales.policy import objections
from aftersales.states import NOTE, SETTLEMENT, Status

# Name → label and icon, in the order in which they are offered: what brings the ticket further comes first.
ACTIONS: dict[str, "tuple[str | Promise, str]"] = {
    "ship-back": (gettext_lazy("Enter the tracking number"), "truck"),
    "book-pickup": (gettext_lazy("Have it picked up"), "truck"),
    "cancel-pickup": (gettext_lazy("Cancel the pickup"), "x"),
    "confirm-replacement": (gettext_lazy("Confirm arrival"), "circle-check"),
    "not-arrived": (gettext_lazy("It didn't arrive"), "circle-alert"),
    "convert": (gettext_lazy("Get a refund instead"), "banknote"),
    "amend": (gettext_lazy("Edit request"), "pencil"),
    "object": (gettext_lazy("Object"), "circle-alert"),
    "withdraw": (gettext_lazy("Withdraw"), "rotate-ccw"),
}


ANSWER = "accept-offer"
PAGES = ("amend", "book-pickup")
PICKUP = ("book-pickup", "cancel-pickup")


@dataclass(frozen=True)
class Action:
    """`now`: the ticket waits for it, so it is the one primary button. `page`: it has a page of its own, no pop-up."""

    name: str
    label: str
    icon: str
    url: str
    now: bool
    page: bool
    about: str = ""  # what an objection is to, `policy.objections`
    after_all: bool = False  # a missing parcel came: never a button, or the buyer is led into saying so


def actions_of(ticket: Ticket, allowed: Iterable[str]) -> list[Action]:
    """Those of `allowed` (API names, from the services) that the storefront has a page for."""
    # What is allowed may have no page here.
    names = set(allowed)
    answers = [_answer(ticket)] if ANSWER in names else []
    return [*answers, *(action_of(ticket, name) for name in ACTIONS if name in names)]


def _answer(ticket: Ticket) -> Action:
    """Old and new terms stand side by side on the ticket's page, with the two buttons to answer."""
    url = f"{reverse('ticket', args=[ticket.ticket_no])}#offer"
    return Action(ANSWER, _("Answer the offer"), "scale", url, now=True, page=True)


def action_of(ticket: Ticket, name: str) -> Action:
    label, icon = ACTIONS[name]
    url = f"{reverse('ticket', args=[ticket.ticket_no])}{name}/"
    about = _about(ticket) if name == "object" else ""
    text = str(_label(ticket, name, about) or label)
    after_all = name == "confirm-replacement" and replacement_missing(ticket)
    return Action(name, text, icon, url, _is_waited_for(ticket, name), name in PAGES, about, after_all)


def _about(ticket: Ticket) -> str:
    return next(iter(objections(ticket, timezone.now())), NOTE)


def _is_waited_for(ticket: Ticket, name: str) -> bool:
    if name == "amend":
        return ticket.status == Status.REJECTED
    if name in PICKUP:
        return False  # the tracking number is what counts, whoever carries the parcel
    if name == "not-arrived" or (name == "confirm-replacement" and replacement_missing(ticket)):
        return False  # a missing parcel may still arrive, but nobody waits for that
    if ticket.offered_at is not None:
        return False  # the offer is to be answered first
    return name == "convert" or (name != "withdraw" and waits_for_buyer(ticket))


def _label(ticket: Ticket, name: str, about: str) -> str:
    """The label of an action that is called differently the second time, or for another case; "" for all others."""
    if name == "amend" and ticket.status == Status.REJECTED:
        return _("Request again")
    if name == "ship-back" and ticket.shipped_back_at is not None:
        return _("Correct the tracking number")
    if name == "confirm-replacement" and replacement_missing(ticket):
        return _("It arrived after all")
    if about:
        return _("I didn't get the money") if about == SETTLEMENT else _("Object to the lower amount")
    return ""
