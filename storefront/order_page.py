"""The page of one order: the API's answer, and beside it the entries to after-sales, the tickets and the remarks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects

from aftersales.access import listed
from aftersales.api.representation import ticket_json
from aftersales.models import Ticket
from aftersales.selectors.openings import Entry, entries_of, is_open
from aftersales.selectors.options import choices
from aftersales.wording.refusals import reason_text
from kernel.actors import Actor
from orders.api.representation import STOCKED_LINES, note_json, order_whole
from orders.models import Note, Order
from refunds.labels import channel_label

from .order_words import MOVES, what_is_next
from .people import person
from .standing import Standing, standing

GOODS = 50
NOTES = 20
TICKETS = 10
TRACE = 3
"""Steps of a parcel's trace that stand unfolded."""


@dataclass(frozen=True)
class Line:
    """`line` as the API answers it. `why`: in words, why there is no entry."""

    line: dict[str, Any]
    entry: Entry
    why: str


@dataclass(frozen=True)
class OrderTicket:
    ticket: dict[str, Any]
    standing: Standing


def order_page(order: Order, actor: Actor, now: datetime, goods: str = "") -> dict[str, Any]:
    """Fetch the order with `orders.access.own_orders`. At most ten statements. `goods`: which page of its lines."""
    prefetch_related_objects([order], STOCKED_LINES)
    told = order_whole(order, actor=actor, now=now)
    chosen = choices(order, now=now)
    shelf = Paginator(chosen.lines, GOODS).get_page(goods)
    entries = entries_of(chosen, shelf)
    lines = [_line(line, entries[line["line_id"]], order) for line in told["lines"] if line["line_id"] in entries]
    notes = list(order.notes.order_by("-id")[: NOTES + 1])
    tickets = _tickets(order, actor, now)
    return {
        "order": told,
        "shop": order.shop,
        "policy": order.policy,
        "next": what_is_next(told),
        "lines": lines,
        "shelf": shelf,
        "open": any(line.entry.types for line in lines) or is_open(chosen),
        "why": next((line.why for line in lines if line.why), ""),
        "unshipped": not any(line["shipped_quantity"] for line in told["lines"]),
        "goods": sum(line.unit_price * line.quantity for line in order.lines.all()),
        "discount": order.discount + sum(line.discount for line in order.lines.all()),
        "payments": [payment | {"label": channel_label(payment["channel"])} for payment in told["payments"]],
        "parcels": [_parcel(parcel) for parcel in told["parcels"]],
        "tickets": tickets[:TICKETS],
        "more_tickets": len(tickets) > TICKETS,
        "notes": [_note(note, order.shop.name) for note in notes[:NOTES]],
        "more_notes": len(notes) > NOTES,
        "moves": [_move(move, order.shop.name) for move in told["timeline"]],
    }


def _line(line: dict[str, Any], entry: Entry, order: Order) -> Line:
    return Line(line, entry, reason_text(entry.why, order=order) if entry.why else "")


def _tickets(order: Order, actor: Actor, now: datetime) -> list[OrderTicket]:
    """The newest, one more than is shown."""
    rows = list(listed(Ticket.objects.filter(order_id=order.pk)).order_by("-id")[: TICKETS + 1])
    return [OrderTicket(ticket_json(row, [], actor=actor), standing(row, now)) for row in rows]


def _parcel(parcel: dict[str, Any]) -> dict[str, Any]:
    """The newest step first, and those after the third folded away."""
    steps = parcel["events"][::-1]
    return parcel | {"steps": steps[:TRACE], "older": steps[TRACE:]}


def _note(note: Note, shop: str) -> dict[str, Any]:
    told = note_json(note)
    return told | {"who": person(told["author"]["kind"], shop)}


def _move(move: dict[str, Any], shop: str) -> dict[str, Any]:
    return move | {"word": MOVES.get(move["action"], move["action"]), "who": person(move["actor"]["kind"], shop)}
