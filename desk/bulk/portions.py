"""The tickets that were confirmed, sent some at a time by the page's script, so that it can show how far it is.

Each portion is answered with its lines and a receipt of them; the receipts together are the page of the result. What
is decided is bound to what was shown in a portion as in the whole (`seen`): a receipt says what happened, and decides
nothing.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core import signing
from django.http import QueryDict

from accounts.models import User
from aftersales.models import Ticket
from kernel.models import History

from .actions import BulkVerb
from .lines import Line

PORTION = 10  # tickets in a request: about a second of work
A_DAY = 24 * 60 * 60  # seconds for which a receipt can be read


@dataclass(frozen=True)
class Portion:
    """What the script sends beside the form. `ids`: the tickets to decide now; None: all, without the script.
    `shown_at`: when the page was made; None where it cannot be read. `begun`: an earlier portion was answered."""

    ids: Collection[int] | None
    shown_at: datetime | None
    begun: bool

    @classmethod
    def of(cls, data: QueryDict) -> "Portion":
        ids = set(pks_in(data.get("portion", ""))) if "portion" in data else None
        return cls(ids, _moment(data.get("shown_at", "")), "receipt" in data)


def pks_in(text: str) -> list[int]:
    """Of a list as the page writes it, "7.8.9"."""
    return [int(pk) for pk in re.findall(r"\d{1,18}", text, re.ASCII)]


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None


def decided_since(user: User, verb: BulkVerb, tickets: Iterable[Ticket], shown_at: datetime | None) -> set[int]:
    """The ids of those on which the user has carried out `verb` since the page was made: by the same portion, whose
    answer was lost on its way. They are done, and not refused."""
    rows = {ticket.pk: ticket.shop_id for ticket in tickets}
    if shown_at is None or not rows:
        return set()
    mine = History.objects.filter(actor_id=user.pk, at__gte=shown_at, action=verb.name, machine=Ticket.machine_name)
    mine = mine.filter(object_id__in=rows, shop_id__in=set(rows.values()))
    return set(mine.values_list("object_id", flat=True))


def _salt(user: User, verb: BulkVerb) -> str:
    return f"desk.bulk.portions.{user.pk}.{verb.name}"


def receipt(user: User, verb: BulkVerb, lines: Iterable[Line]) -> str:
    """Signed, for this person and verb alone."""
    rows = [
        (line.ticket.pk, line.status, line.tone, None if line.amount is None else str(line.amount), line.why_not)
        for line in lines
    ]
    return signing.dumps(rows, salt=_salt(user, verb), compress=True)


def from_receipts(user: User, verb: BulkVerb, receipts: Iterable[str], tickets: Iterable[Ticket]) -> list[Line]:
    """The lines of those `tickets` that the receipts name, in the order of the work. What cannot be read is left
    out."""
    by_pk, lines = {ticket.pk: ticket for ticket in tickets}, dict[int, Line]()
    for text in receipts:
        try:
            rows = signing.loads(text, salt=_salt(user, verb), max_age=A_DAY)
        except signing.BadSignature:
            continue
        for pk, status, tone, amount, why_not in rows:
            if pk in by_pk:
                lines[pk] = Line(by_pk[pk], status, tone, None if amount is None else Decimal(amount), why_not)
    return list(lines.values())
