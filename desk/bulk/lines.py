"""A ticket of the page and its outcome: as a rehearsal foresees it, as it was carried out, or as a receipt keeps it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import partial

from django.utils import timezone
from django.utils.translation import gettext as _

from aftersales.models import Ticket
from aftersales.wording.labels import status_label
from kernel.actors import Actor
from kernel.money import ZERO
from web.actions import Outcome
from web.context import Context
from web.forms import Arguments

from .actions import GROUNDS, BulkForm, BulkVerb
from .run import Step, carry_out, rehearse, sentence
from .seen import Seen, bound

GROUNDS_FOR_MANY = {str(ground) for ground in GROUNDS}


@dataclass(frozen=True)
class Line:
    """A ticket and its outcome, or the outcome it would have: `status` in words and `amount` afterwards, or why not."""

    ticket: Ticket
    status: str = ""
    tone: str = ""
    amount: Decimal | None = None
    why_not: str = ""
    needs_ground: bool = False
    changed: bool = False


def carried_out(verb: BulkVerb, pair: tuple[Ticket, Actor], form: BulkForm, seen: dict[int, Seen]) -> Line:
    """As the page showed it. What it listed as impossible is not done, also where it would be possible by now."""
    entry = seen.get(pair[0].pk)
    if entry is not None:
        as_shown = replace(verb, call=bound(verb.call, entry, verb.amount))
        return line_of(as_shown, pair, carry_out, form.arguments, timezone.now())
    line = line_of(verb, pair, rehearse, form.arguments, timezone.now())
    return replace(line, why_not=line.why_not or _("It wasn't possible when you looked. Open it on its own."))


def line_of(
    verb: BulkVerb,
    pair: tuple[Ticket, Actor],
    run: Callable[[Step], Outcome[Ticket]],
    arguments: Callable[[Ticket], Arguments],
    now: datetime,
) -> Line:
    ticket, actor = pair
    outcome = run(partial(verb.call, ticket, actor=actor, now=now, **arguments(ticket)))
    after, refusal = outcome.result, outcome.refusal
    if refusal is not None and run is rehearse and GROUNDS_FOR_MANY.intersection(refusal.details.get("grounds", ())):
        return Line(ticket, amount=ticket.requested_amount, needs_ground=True)
    if after is None or refusal is not None:
        return Line(ticket, amount=ticket.requested_amount, why_not=sentence(refusal, ticket) if refusal else "")
    return replace(done(verb, after), ticket=ticket)


def done(verb: BulkVerb, ticket: Ticket) -> Line:
    """Of a ticket, read anew, for which it was done."""
    return Line(ticket, status_label(ticket), ticket.status, verb.amount(ticket))


def outcome_of(verb: BulkVerb, lines: list[Line]) -> Context:
    able = [line for line in lines if not line.why_not]
    return {
        "verb": verb,
        "able": able,
        "unable": [line for line in lines if line.why_not],
        "totals": _totals(able) if verb.pays else {},
    }


def _totals(lines: list[Line]) -> dict[str, Decimal]:
    """Currency → the sum of the tickets whose order is in it; without the currencies of which nothing is paid."""
    totals: dict[str, Decimal] = {}
    for line in lines:
        currency = line.ticket.order.currency
        totals[currency] = totals.get(currency, ZERO) + (line.amount or ZERO)
    return {currency: total for currency, total in totals.items() if total}
