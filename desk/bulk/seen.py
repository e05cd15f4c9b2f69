"""What the page showed goes with it: "7-3-198.00" is ticket 7 in version 3, for which 198.00 stood there. Another
version, or another amount, is not what was agreed to."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from aftersales.models import Ticket
from kernel.errors import Conflict

_ENTRY = re.compile(r"(\d{1,18})-(\d{1,9})-(\d{1,12}(?:\.\d{1,2})?)?(?:\s|$)", re.ASCII)


@dataclass(frozen=True)
class Seen:
    """`amount`: None where no money is paid."""

    version: int
    amount: Decimal | None


def written(rows: Iterable[tuple[Ticket, Decimal | None]]) -> str:
    return " ".join(f"{ticket.pk}-{ticket.version}-{'' if amount is None else amount}" for ticket, amount in rows)


def read(text: str) -> dict[int, Seen]:
    """Ticket id → what was shown of it. Empty: the request names nothing, and nothing is done."""
    return {
        int(pk): Seen(int(version), Decimal(amount) if amount else None) for pk, version, amount in _ENTRY.findall(text)
    }


def changed(tickets: Iterable[Ticket], seen: Mapping[int, Seen]) -> set[int]:
    """The ids of those that are not any more what the page showed."""
    return {ticket.pk for ticket in tickets if ticket.pk in seen and seen[ticket.pk].version != ticket.version}


def bound(call: Callable[..., Ticket], seen: Seen, amount: Callable[[Ticket], Decimal | None]) -> Callable[..., Ticket]:
    """`call` for exactly what was shown: with the version, and refused where another amount would come of it, as when
    another ticket of the order has ended meanwhile. Called in a transaction, which the refusal takes back."""

    def as_shown(ticket: Ticket, **arguments: Any) -> Ticket:
        done = call(ticket, version=seen.version, **arguments)
        if amount(done) != seen.amount:
            raise Conflict(_("The amount is no longer what the page showed. Open this ticket on its own."))
        return done

    return as_shown
