"""What a decision would give away, for pages that say before the click that it is above a person's limit (B-14)."""

from datetime import datetime
from decimal import Decimal

from kernel.actors import MERCHANT, Actor
from kernel.money import ZERO

from ..models import Ticket
from ..rules.given import given_in_kind, goods_worth
from ..services.approve import approvable
from ..services.authority import NotAlone, given_so_far, limit_on, require_second, threshold_on
from ..services.refunding import difference_left


def foreseen(ticket: Ticket, verb: str, actor: Actor) -> tuple[Decimal, Decimal | None]:
    """What `verb`, done as the page proposes it, would give away, and what the person may still give by this ticket;
    None: they have no limit, and nothing is read. For pages, before the click; the service reckons for itself."""
    if actor.kind != MERCHANT or actor.limit is None:
        return ZERO, None
    before, elsewhere = given_so_far(ticket, actor)
    again = before if ticket.reshipped_at is not None else ZERO
    return again + _foreseen(ticket, verb), max((limit_on(ticket, actor) or ZERO) - elsewhere, ZERO)


def comes_to(ticket: Ticket) -> Decimal:
    """What the next decision on it would give away, as the pages propose it."""
    return _foreseen(ticket, "approve" if ticket.approved_at is None else "")


def needs_second(ticket: Ticket, verb: str, actor: Actor, *, now: datetime) -> Decimal | None:
    """The threshold above which `verb`, done as the page proposes it, needs somebody who agrees first; None: nobody.
    Nothing is read in a shop that has no threshold."""
    above = threshold_on(ticket, now)
    if above is None or actor.kind != MERCHANT:
        return None
    try:
        require_second(ticket, _foreseen(ticket, verb), actor=actor, now=now)
    except NotAlone:
        return above
    return None


def _foreseen(ticket: Ticket, verb: str) -> Decimal:
    if ticket.pays_money:
        undecided = verb == "approve" or ticket.approved_amount is None
        return approvable(ticket).requested if undecided else ticket.approved_amount or ZERO
    lines = list(ticket.lines.select_related("line__sku", "exchange_sku"))
    if verb == "convert":
        return sum((item.share_amount for item in lines), ZERO) + difference_left(ticket)
    if ticket.reshipped_at is not None:
        return goods_worth(ticket, lines)
    return given_in_kind(ticket, lines, nothing_back=ticket.returnless)
