from decimal import Decimal
from enum import Enum

from kernel.actors import Actor

from ...models import EmergencyOverride, Ticket


class Limit(Enum):
    """What an emergency decision stands in the place of: the column of its row that says so."""

    SECOND = "without_second"
    DAY = "above_daily_limit"


def overridden(ticket: Ticket, amount: Decimal, actor: Actor, limit: Limit) -> bool:
    """Whether this manager decides alone on the ticket as it is now, up to `amount` at least, in an emergency
    (`override.py`), in the place of `limit` and of no other. One that was objected to before it was used counts no
    more."""
    if not actor.is_manager:
        return False
    rows = EmergencyOverride.objects.filter(shop_id=ticket.shop_id, ticket=ticket, version=ticket.version)
    rows = rows.filter(user_id=actor.user_id or 0, amount__gte=amount, objected=False)
    return rows.filter(**{limit.value: True}).exists()
