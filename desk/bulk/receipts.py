"""What became of a portion, or would: signed, and handed back by the page's script with the next request."""

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum

from django.core import signing

from accounts.models import User
from aftersales.models import Ticket

from .actions import BulkVerb
from .lines import Line


class Kind(StrEnum):
    FORESEEN = "foreseen"
    DONE = "done"


# Seconds: what was foreseen is soon another thing, what was done stays.
MAX_AGE = {Kind.FORESEEN: 600, Kind.DONE: 24 * 60 * 60}


def _salt(user: User, verb: BulkVerb, kind: Kind) -> str:
    return f"desk.bulk.{kind}.{verb.name}.{user.pk}"


def receipt(user: User, verb: BulkVerb, kind: Kind, lines: Iterable[Line]) -> str:
    """For this person, verb and kind alone."""
    rows = [(line.ticket.pk, line.ticket.version, *_facts(line)) for line in lines]
    return signing.dumps(rows, salt=_salt(user, verb, kind), compress=True)


def from_receipts(
    user: User, verb: BulkVerb, kind: Kind, receipts: Iterable[str], tickets: Iterable[Ticket]
) -> dict[int, Line]:
    """Ticket id → line, of those `tickets` that the receipts name. Left out is what cannot be read, and what was
    foreseen of another version than the ticket has now."""
    by_pk, lines = {ticket.pk: ticket for ticket in tickets}, dict[int, Line]()
    for text in receipts:
        try:
            rows = signing.loads(text, salt=_salt(user, verb, kind), max_age=MAX_AGE[kind])
        except signing.BadSignature:
            continue
        for pk, version, status, tone, amount, why_not, needs_ground in rows:
            ticket = by_pk.get(pk)
            if ticket is not None and (kind == Kind.DONE or ticket.version == version):
                lines[pk] = Line(ticket, status, tone, Decimal(amount) if amount else None, why_not, needs_ground)
    return lines


def _facts(line: Line) -> tuple[str, str, str, str, bool]:
    amount = "" if line.amount is None else str(line.amount)
    return line.status, line.tone, amount, line.why_not, line.needs_ground
