"""What a ticket's page shows, from the API's answer: nothing is read from the database here (S-114…S-118)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from aftersales.api.answers import OfferAnswer, StepAnswer, TicketAnswer, TicketMoveAnswer
from aftersales.api.answers_proof import EvidenceAnswer
from aftersales.conditions import awaits_missing
from aftersales.models import Offer, Ticket
from aftersales.states import Type
from aftersales.wording.amounts import AmountKind, ShownDeduction, deductions_shown, shown_amount
from aftersales.wording.failed_refunds import parts_of, parts_text
from aftersales.wording.flow import StepName
from logistics.api.answers import EventAnswer, ParcelAnswer
from refunds.machine import OPEN
from refunds.machine import Status as RefundStatus

from .parcel_words import parcel_notice
from .people import person

MAX_PARCEL_EVENTS = 3  # the others are folded away
MAX_EVENTS = 5  # of the history; the others are folded away
# More steps than this, or a longer label, do not fit beside each other on a phone.
MAX_STEPS_IN_ROW = 4
MAX_STEP_LABEL = 24


@dataclass(frozen=True)
class Trace:
    """A parcel of the ticket. `events` newest first, those beyond the first few in `older`. `received_at`: when the
    shop counted the goods of a parcel whose delivery no courier reported; otherwise empty. `notice`: what is wrong with
    it, and what happens next."""

    title: str
    parcel: ParcelAnswer
    events: list[EventAnswer]
    older: list[EventAnswer]
    from_buyer: bool
    received_at: str = ""
    notice: str = ""


@dataclass(frozen=True)
class Event:
    label: str
    display_name: str
    at: str
    note: str


def traces(answer: TicketAnswer) -> list[Trace]:
    """The parcel back to the shop, what the shop sent instead, and refused goods on their way back; the last first."""
    parcels = [
        (_("Returned to you by the shop"), answer["send_back_parcel"], False),
        (_("From the shop"), answer["replacement_parcel"], False),
        (_("Your return"), answer["return_parcel"], True),
    ]
    received = answer["received_at"] or ""
    return [
        _trace(title, parcel, from_buyer, received if from_buyer and not parcel["delivered_at"] else "")
        for title, parcel, from_buyer in parcels
        if parcel is not None
    ]


def _trace(title: str, parcel: ParcelAnswer, from_buyer: bool, received_at: str) -> Trace:
    events = sorted(parcel["events"], key=lambda event: event["at"], reverse=True)
    notice = "" if received_at else parcel_notice(parcel)
    return Trace(title, parcel, events[:MAX_PARCEL_EVENTS], events[MAX_PARCEL_EVENTS:], from_buyer, received_at, notice)


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
    deductions: list[ShownDeduction]


def sums(ticket: Ticket, answer: TicketAnswer) -> Sums | None:
    """None: this type pays no money."""
    total = shown_amount(ticket)
    if total is None:
        return None
    labels = {
        AmountKind.REFUNDED: _("Refunded"),
        AmountKind.REQUESTED: _("Amount requested"),
        AmountKind.APPROVED: _("Your refund"),
    }
    goods = sum((Decimal(line["refund_amount"] or 0) for line in answer["lines"]), Decimal(0))
    taken_off = ticket.service_fee + ticket.deduction
    return Sums(goods, ticket.freight_amount, taken_off, total.amount, labels[total.kind], deductions_shown(ticket))


def late_text(ticket: Ticket) -> str:
    """What happens to units that were missing; "": none is, or they can't be added to this ticket any more."""
    if not awaits_missing(ticket):
        return ""
    if ticket.type == Type.RETURN_REFUND:
        return _("If the others arrive, the shop adds their refund to this request.")
    return _("If the others arrive, the shop adds them to what it sends.")


@dataclass(frozen=True)
class OpenOffer:
    """What the shop offers, beside what holds without it. `was_amount` None: no money was to be paid."""

    terms: OfferAnswer
    was_type: str
    was_amount: Decimal | None
    was_label: str
    has_fee: bool
    new_payer: str | None
    """Who pays the way back by it, where that changes."""
    in_kind: bool  # a voucher or a gift: `terms.what` instead of money


def open_offer(ticket: Ticket, answer: TicketAnswer) -> OpenOffer | None:
    """The offer that waits for the buyer's answer."""
    terms = next((each for each in answer["offers"] if each["status"] == Offer.Status.OPEN), None)
    if terms is None:
        return None
    total = shown_amount(ticket)
    agreed = total is not None and total.kind == AmountKind.APPROVED
    label = _("Agreed so far") if agreed else _("Amount requested")
    has_fee = Decimal(terms["service_fee"]) > 0
    moved = terms["return_freight_payer"] not in (None, ticket.return_freight_payer)
    new_payer = terms["return_freight_payer_label"] if moved else None
    amount, in_kind = total.amount if total else None, bool(terms["what"])
    return OpenOffer(terms, answer["type_label"], amount, label, has_fee, new_payer, in_kind)


def refund_parts(answer: TicketAnswer) -> str:
    """How much is back, on its way, and not paid out."""
    rows = (
        (each["status"], Decimal(each["amount"]), bool(each["retried_as"]), Decimal(each["charged_back"]))
        for each in answer["refunds"]
    )
    return parts_text(parts_of(rows), answer["currency"])


def sent_to(answer: TicketAnswer) -> str:
    """The account to which money that came back is on its way instead; empty: none is."""
    return next(
        (each["redirected_to"] for each in answer["refunds"] if each["redirected_to"] and each["status"] in OPEN), ""
    )


def paid_back_by(answer: TicketAnswer) -> str:
    """How what arrived was paid back: two people may have settled some of it another way, or sent it on
    to another account."""
    arrived = [each for each in answer["refunds"] if each["status"] == RefundStatus.SUCCEEDED]
    by_channel = {each["settlement"] is None and not each["redirected_to"] for each in arrived}
    if by_channel == {False}:
        return _("Refunded another way, not to your original payment method.")
    if False in by_channel:
        return _("Part of it was refunded another way, the rest to your original payment method.")
    return _("Refunded to your original payment method.") if by_channel else ""


def arrives(answer: TicketAnswer) -> str:
    """By when what is under way should be with the buyer, as its refunds say; "": none is, or none says so."""
    open_ones = [each for each in answer["refunds"] if each["status"] in OPEN]
    promises = [each["expected_at"] for each in open_ones if each["expected_at"]]
    if len(promises) < len(open_ones) or not promises:
        return ""
    if len(open_ones) == 1:
        return open_ones[0]["expected_text"]
    day = date_format(timezone.localtime(datetime.fromisoformat(max(promises))), "DATE_FORMAT")
    return _("All of it usually arrives by %(day)s.") % {"day": day}


@dataclass(frozen=True)
class Difference:
    label: str
    amount: Decimal


def difference(ticket: Ticket) -> Difference | None:
    """What the replacement costs more or less than the old one (F-9)."""
    if not ticket.price_difference:
        return None
    if ticket.price_difference < 0:
        return Difference(_("Price difference (refunded)"), -ticket.price_difference)
    paid = ticket.difference_payment_id is not None
    return Difference(_("Price difference (paid)") if paid else _("Price difference"), ticket.price_difference)


def progress(answer: TicketAnswer, *, missing: bool) -> list[StepAnswer]:
    """The steps, labelled by what is done in them, because a tick beside "Pending review" would be unclear. What the
    clock did, a parcel that is `missing`, and the steps that end a ticket keep the words that they have."""
    labels: dict[str, str] = {
        StepName.REVIEW: _("Shop review"),
        StepName.SUPPLEMENT: _("Pay the difference"),
        StepName.RETURN: _("Send back"),
        StepName.INSPECTION: _("Shop checks it"),
        StepName.RESHIP: _("Shop ships"),
        StepName.CONFIRMATION: _("Confirm receipt"),
        StepName.REFUND: _("Check and refund") if answer["type"] == Type.RETURN_REFUND else _("Refund"),
    }
    return [{**step, "label": _step_label(step, labels, missing)} for step in answer["steps"]]


def _step_label(step: StepAnswer, labels: dict[str, str], missing: bool) -> str:
    if step["automatic"]:
        return _("Refund") if step["name"] == StepName.REFUND else step["label"]
    if missing and step["name"] == StepName.CONFIRMATION:
        return step["label"]
    return labels.get(step["name"], step["label"])


def is_long(steps: list[StepAnswer]) -> bool:
    """On a phone these steps are drawn one below the other."""
    return len(steps) > MAX_STEPS_IN_ROW or any(len(step["label"]) > MAX_STEP_LABEL for step in steps)


class Picture(EvidenceAnswer):
    number: int


def pictures(evidence: Iterable[EvidenceAnswer]) -> list[Picture]:
    """Numbered for the viewer: "Photo 2"."""
    return [{**item, "number": number} for number, item in enumerate(evidence, start=1)]
