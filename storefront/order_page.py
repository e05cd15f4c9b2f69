"""The page of one order: the API's answer, and beside it the entries to after-sales, the tickets and the remarks."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypedDict, cast

from django.core.paginator import Page, Paginator
from django.db.models import prefetch_related_objects

from accounts.advice import advice
from accounts.models import Policy, Shop
from aftersales.access import listed
from aftersales.api.answers import TicketSummaryAnswer
from aftersales.api.representation import ticket_json
from aftersales.models import Ticket, TicketParcel
from aftersales.selectors.openings import Entry, entries_of, is_open
from aftersales.selectors.options import choices
from aftersales.selectors.refunds.owed import NOTHING, owed_parts
from aftersales.wording.refusals import sentence
from kernel.actors import Actor
from kernel.money import ZERO
from logistics.api.answers import EventAnswer, ParcelOfOrder
from logistics.models import Parcel
from orders.api.answers import LineAnswer, MoveAnswer, NoteAnswer, OrderOverview, PaymentAnswer
from orders.api.representation import STOCKED_LINES, note_json, order_overview
from orders.models import Note, Order, OrderLine
from refunds.labels import channel_label

from .order_words import OrderFacts, OrderStatus, after_window, is_on_its_way, order_status
from .parcel_words import parcel_notice
from .people import person
from .status_text import StatusText, sent_on, status_text

LINES_PAGE_SIZE = 50
MAX_NOTES = 20
MAX_TICKETS = 10
MAX_PARCEL_EVENTS = 3  # the others are folded away


@dataclass(frozen=True)
class Line:
    """`line` as the API answers it. `why`: in words, why there is no entry; empty where all was exchanged, because
    the entry is at the replacement. `replaced`: what it replaces."""

    line: LineAnswer
    entry: Entry
    why: str
    replaced: LineAnswer | None


@dataclass(frozen=True)
class OrderTicket:
    ticket: TicketSummaryAnswer
    status_text: StatusText


class ShownParcel(ParcelOfOrder):
    """`recent`: the newest events; `older`: the others, folded away. `received_at`: when the shop counted the goods of
    a return whose delivery no courier reported. `notice`: what is wrong with it, and what happens next."""

    recent: list[EventAnswer]
    older: list[EventAnswer]
    received_at: datetime | None
    notice: str


class ShownNote(NoteAnswer):
    display_name: str


class ShownEvent(MoveAnswer):
    display_name: str


class ShownPayment(PaymentAnswer):
    label: str


class OrderPage(TypedDict):
    """What the page's template gets. `can_apply`: one may apply for after-sales; `why`: why not, for the first
    line that has a reason. `refuse_parcel`: when not to sign for what is on its way
    (S-145). `after_window`: what is agreed on now is no longer owed (S-015). `goods`: list prices,
    before `discount`."""

    order: OrderOverview
    shop: Shop
    policy: Policy
    status_text: OrderStatus
    lines: list[Line]
    lines_page: Page[OrderLine]
    can_apply: bool
    why: str
    after_window: bool
    refuse_parcel: str
    unshipped: bool
    goods: Decimal
    discount: Decimal
    payments: list[ShownPayment]
    parcels: list[ShownParcel]
    tickets: list[OrderTicket]
    has_more_tickets: bool
    notes: list[ShownNote]
    has_more_notes: bool
    events: list[ShownEvent]


def order_page(order: Order, actor: Actor, now: datetime, goods: str = "") -> OrderPage:
    """Fetch the order with `orders.access.own_orders`. At most ten statements. `goods`: which page of its lines."""
    prefetch_related_objects([order], STOCKED_LINES)
    answer = order_overview(order, actor=actor, now=now)
    available = choices(order, now=now)
    lines_page = Paginator(available.lines, LINES_PAGE_SIZE).get_page(goods)
    entries = entries_of(available, lines_page)
    # Entries are evaluated only for the lines on this page of them.
    lines = [
        _line(line, entries[line["line_id"]], order, _replaced(line, answer["lines"]))
        for line in answer["lines"]
        if line["line_id"] in entries
    ]
    # One more than is shown tells whether there are more.
    notes = list(order.notes.order_by("-id")[: MAX_NOTES + 1])
    tickets = _tickets(order, actor, now)
    can_apply = any(line.entry.types for line in lines) or is_open(available)
    owed = owed_parts([order]).get(order.pk, NOTHING)
    return {
        "order": answer,
        "shop": order.shop,
        "policy": order.policy,
        "status_text": order_status(OrderFacts(order, can_apply, now, owed)),
        "lines": lines,
        "lines_page": lines_page,
        "can_apply": can_apply,
        "why": next((line.why for line in lines if line.why), ""),
        "after_window": after_window(order, now),
        "refuse_parcel": advice(order.shop, "refuse_parcel") if is_on_its_way(order) else "",
        "unshipped": not any(line["shipped_quantity"] for line in answer["lines"]),
        # A replacement was not bought: what was paid for it is among the payments.
        "goods": sum((line.unit_price * line.quantity for line in available.lines if line.replaces_id is None), ZERO),
        "discount": order.discount + sum((line.discount for line in available.lines), ZERO),
        "payments": [{**payment, "label": channel_label(payment["channel"])} for payment in answer["payments"]],
        "parcels": _parcels(order, cast("list[ParcelOfOrder]", answer["parcels"])),
        "tickets": tickets[:MAX_TICKETS],
        "has_more_tickets": len(tickets) > MAX_TICKETS,
        "notes": [_note(note, order.shop.shown_name) for note in notes[:MAX_NOTES]],
        "has_more_notes": len(notes) > MAX_NOTES,
        "events": [_event(event, order.shop.shown_name) for event in answer["timeline"]],
    }


def _line(line: LineAnswer, entry: Entry, order: Order, replaced: LineAnswer | None) -> Line:
    gone = line["exchanged_quantity"] == line["quantity"]
    why = sentence(entry.why, order.shop) if entry.why and not gone else ""
    return Line(line, entry, why, replaced)


def _replaced(line: LineAnswer, lines: list[LineAnswer]) -> LineAnswer | None:
    return next((other for other in lines if other["line_id"] == line["replaces_line_id"]), None)


def _tickets(order: Order, actor: Actor, now: datetime) -> list[OrderTicket]:
    """The newest, one more than is shown."""
    rows = list(listed(Ticket.objects.filter(order_id=order.pk)).order_by("-id")[: MAX_TICKETS + 1])
    sent_to = sent_on(rows)
    return [
        OrderTicket(ticket_json(row, [], actor=actor), status_text(row, now, sent_to=sent_to.get(row.pk, "")))
        for row in rows
    ]


def _parcels(order: Order, parcels: list[ParcelOfOrder]) -> list[ShownParcel]:
    """One statement where goods are on their way back as far as the courier tells."""
    kind = Parcel.Kind.RETURN
    back = [each["id"] for each in parcels if each["kind"] == kind and not each["delivered_at"]]
    links = TicketParcel.objects.filter(shop_id=order.shop_id, parcel_id__in=back, ticket__received_at__isnull=False)
    received = dict(links.values_list("parcel_id", "ticket__received_at")) if back else {}
    return [_parcel(parcel, received.get(parcel["id"])) for parcel in parcels]


def _parcel(parcel: ParcelOfOrder, received_at: datetime | None) -> ShownParcel:
    """The newest event first."""
    events = parcel["events"][::-1]
    recent, older = events[:MAX_PARCEL_EVENTS], events[MAX_PARCEL_EVENTS:]
    notice = "" if received_at else parcel_notice(parcel)
    return {**parcel, "recent": recent, "older": older, "received_at": received_at, "notice": notice}


def _note(note: Note, shop: str) -> ShownNote:
    answer = note_json(note)
    return {**answer, "display_name": person(answer["author"]["kind"], shop)}


def _event(event: MoveAnswer, shop: str) -> ShownEvent:
    return {**event, "display_name": person(event["actor"]["kind"], shop)}
