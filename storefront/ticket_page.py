"""What a ticket's page shows, from the API's answer: nothing is read from the database here (S-114…S-118)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from aftersales.models import Ticket
from aftersales.states import ENDED, Status, Type
from aftersales.wording.event_labels import event_label

from .people import person

SHOWN_EVENTS = 3
SHOWN_MOVES = 5
ABREAST = 4
LONG_WORD = 24


@dataclass(frozen=True)
class Trace:
    """A parcel of the ticket. `events` newest first, those beyond the first few in `older`."""

    title: str
    parcel: dict[str, Any]
    events: list[dict[str, Any]]
    older: list[dict[str, Any]]
    ours: bool


@dataclass(frozen=True)
class Move:
    label: str
    who: str
    at: str
    note: str


def traces(told: dict[str, Any]) -> list[Trace]:
    """The parcel back to the shop, what the shop sent instead, and refused goods on their way back; the last first."""
    titles = {
        "send_back_parcel": _("The shop sends your goods back"),
        "replacement_parcel": _("What the shop sent you"),
        "return_parcel": _("Your parcel to the shop"),
    }
    found = [(title, told[name], name == "return_parcel") for name, title in titles.items() if told[name]]
    return [_trace(title, parcel, ours) for title, parcel, ours in found]


def _trace(title: str, parcel: dict[str, Any], ours: bool) -> Trace:
    events = sorted(parcel["events"], key=lambda event: event["at"], reverse=True)
    return Trace(title, parcel, events[:SHOWN_EVENTS], events[SHOWN_EVENTS:], ours)


def moves(told: dict[str, Any]) -> list[Move]:
    """The history, newest first."""
    return [_move(entry, told) for entry in reversed(told["timeline"])]


def _move(entry: dict[str, Any], told: dict[str, Any]) -> Move:
    who = person(entry["actor"]["kind"], told["shop"]["name"])
    return Move(event_label(entry["action"]), who, entry["at"], entry["note"])


@dataclass(frozen=True)
class Sums:
    """`goods` is what the lines add up to; `taken_off` (fee and deduction, agreed with the buyer) is off it already."""

    goods: Decimal
    freight: Decimal
    taken_off: Decimal
    total: Decimal
    label: str


def sums(ticket: Ticket, told: dict[str, Any]) -> Sums | None:
    """None: this type pays no money. Of a ticket that came to nothing: what was asked for."""
    if not ticket.pays_money:
        return None
    done = ticket.status == Status.COMPLETED
    asked = ticket.approved_amount is None or broken_off(ticket.status)
    label = _("Refunded") if done else _("You asked for") if asked else _("You get back")
    total = ticket.refunded_amount if done else ticket.requested_amount if asked else ticket.approved_amount
    goods = sum((Decimal(line["refund_amount"]) for line in told["lines"]), Decimal(0))
    off = ticket.service_fee + ticket.deduction
    return Sums(goods, ticket.freight_amount, off, total or Decimal(0), label)


@dataclass(frozen=True)
class Difference:
    label: str
    amount: Decimal


def difference(ticket: Ticket) -> Difference | None:
    """What the replacement costs more or less than the old one (F-9)."""
    if not ticket.price_difference:
        return None
    if ticket.price_difference < 0:
        return Difference(_("Price difference, back to you"), -ticket.price_difference)
    paid = ticket.difference_payment_id is not None
    return Difference(_("Price difference, paid") if paid else _("Price difference"), ticket.price_difference)


def steps(told: dict[str, Any]) -> list[dict[str, Any]]:
    """Called by what is done in them: "Pending review" with a tick would say two things. An end keeps its name."""
    deeds = {
        Status.PENDING_REVIEW: _("Shop's answer"),
        Status.PENDING_SUPPLEMENT: _("Pay the difference"),
        Status.PENDING_RETURN: _("Send it back"),
        Status.PENDING_REFUND: _("Check and refund") if told["type"] == Type.RETURN_REFUND else _("Refund"),
        Status.PENDING_RESHIP: _("Shop sends it"),
        Status.RESHIPPED: _("Confirm receipt"),
    }
    return [step | {"label": deeds.get(step["status"], step["label"])} for step in told["steps"]]


def long_steps(steps: list[dict[str, Any]]) -> bool:
    """On a phone they stand one below the other in languages that write long words."""
    return len(steps) > ABREAST or any(len(step["label"]) > LONG_WORD for step in steps)


def broken_off(status: str) -> bool:
    """The last step is no success."""
    return status in (ENDED | {Status.REJECTED}) - {Status.COMPLETED}


def pictures(evidence: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Numbered for the viewer: "Photo 2"."""
    return [item | {"number": number} for number, item in enumerate(evidence, start=1)]
