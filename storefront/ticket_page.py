"""What a ticket's page shows, from the API's answer: nothing is read from the database here (S-114…S-118)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from aftersales.api.answers import EvidenceAnswer, StepAnswer, TicketAnswer, TicketMoveAnswer
from aftersales.models import Ticket
from aftersales.states import Status, Type
from aftersales.wording.amounts import AmountKind, shown_amount
from logistics.api.answers import EventAnswer, ParcelAnswer

from .people import person

MAX_PARCEL_EVENTS = 3  # the others are folded away
MAX_EVENTS = 5  # of the history; the others are folded away
# More steps than this, or a longer label, do not fit beside each other on a phone.
MAX_STEPS_IN_ROW = 4
MAX_STEP_LABEL = 24


@dataclass(frozen=True)
class Trace:
    """A parcel of the ticket. `events` newest first, those beyond the first few in `older`."""

    title: str
    parcel: ParcelAnswer
    events: list[EventAnswer]
    older: list[EventAnswer]
    from_buyer: bool


@dataclass(frozen=True)
class Event:
    label: str
    display_name: str
    at: str
    note: str


def traces(answer: TicketAnswer) -> list[Trace]:
    """The parcel back to the shop, what the shop sent instead, and refused goods on their way back; the last first."""
    parcels = [
        (_("The shop sends your goods back"), answer["send_back_parcel"], False),
        (_("What the shop sent you"), answer["replacement_parcel"], False),
        (_("Your parcel to the shop"), answer["return_parcel"], True),
    ]
    return [_trace(title, parcel, from_buyer) for title, parcel, from_buyer in parcels if parcel is not None]


def _trace(title: str, parcel: ParcelAnswer, from_buyer: bool) -> Trace:
    events = sorted(parcel["events"], key=lambda event: event["at"], reverse=True)
    return Trace(title, parcel, events[:MAX_PARCEL_EVENTS], events[MAX_PARCEL_EVENTS:], from_buyer)


def events(answer: TicketAnswer) -> list[Event]:
    """The history, newest first."""
    return [_event(row, answer) for row in reversed(answer["timeline"])]


def _event(row: TicketMoveAnswer, answer: TicketAnswer) -> Event:
    name = person(row["actor"]["kind"], answer["shop"]["name"])
    return Event(row["action_label"], name, row["at"], row["note"])


@dataclass(frozen=True)
class Sums:
    """`goods`: the sum of the lines, from which `taken_off` (fee and deduction, agreed with the buyer) is already
    subtracted."""

    goods: Decimal
    freight: Decimal
    taken_off: Decimal
    total: Decimal
    label: str


def sums(ticket: Ticket, answer: TicketAnswer) -> Sums | None:
    """None: this type pays no money."""
    total = shown_amount(ticket)
    if total is None:
        return None
    labels = {
        AmountKind.REFUNDED: _("Refunded"),
        AmountKind.REQUESTED: _("You asked for"),
        AmountKind.APPROVED: _("You get back"),
    }
    goods = sum((Decimal(line["refund_amount"] or 0) for line in answer["lines"]), Decimal(0))
    taken_off = ticket.service_fee + ticket.deduction
    return Sums(goods, ticket.freight_amount, taken_off, total.amount, labels[total.kind])


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


def progress(answer: TicketAnswer) -> list[StepAnswer]:
    """The steps, labelled by what is done in them, because a tick beside "Pending review" would be unclear. The steps
    that end a ticket keep the name of their status."""
    labels: dict[str, str] = {
        Status.PENDING_REVIEW: _("Shop's answer"),
        Status.PENDING_SUPPLEMENT: _("Pay the difference"),
        Status.PENDING_RETURN: _("Send it back"),
        Status.PENDING_REFUND: _("Check and refund") if answer["type"] == Type.RETURN_REFUND else _("Refund"),
        Status.PENDING_RESHIP: _("Shop sends it"),
        Status.RESHIPPED: _("Confirm receipt"),
    }
    return [{**step, "label": labels.get(step["status"], step["label"])} for step in answer["steps"]]


def is_long(steps: list[StepAnswer]) -> bool:
    """On a phone these steps are drawn one below the other."""
    return len(steps) > MAX_STEPS_IN_ROW or any(len(step["label"]) > MAX_STEP_LABEL for step in steps)


class Picture(EvidenceAnswer):
    number: int


def pictures(evidence: Iterable[EvidenceAnswer]) -> list[Picture]:
    """Numbered for the viewer: "Photo 2"."""
    return [{**item, "number": number} for number, item in enumerate(evidence, start=1)]
