"""The tickets of a request, of those that the user may see at the desk."""

import re
from collections.abc import Iterable

from accounts.access import desk_rows
from accounts.models import User
from aftersales.access import with_whom
from aftersales.models import Ticket
from aftersales.selectors import worklist
from kernel.actors import Actor

from .parcels import coming_back

MAX_TICKETS = 200


def pks_in(text: str) -> list[int]:
    """Of a list as the page writes it, "7.8.9"; the first ones where there are too many."""
    return [int(pk) for pk in re.findall(r"\d{1,18}", text, re.ASCII)][:MAX_TICKETS]


def tickets_of(user: User, ids: str) -> list[tuple[Ticket, Actor]]:
    """Those of `ids` ("7.8.9") that the user may see at the desk, each with its actor, in the order of the queue."""
    return decidable(user, pks_in(ids))


def decidable(user: User, pks: Iterable[int]) -> list[tuple[Ticket, Actor]]:
    rows = Ticket.objects.filter(desk_rows(user), pk__in=list(pks)).prefetch_related(coming_back())
    return with_whom(rows.order_by(*worklist.ORDER), user)


def named(user: User, ids: str) -> list[Ticket]:
    """The same tickets as `tickets_of`, with what the fields of a form depend on and no more: one statement."""
    return list(Ticket.objects.filter(desk_rows(user), pk__in=pks_in(ids)).select_related("reason"))
