from decimal import Decimal

from kernel.actors import Actor

from ...models import EmergencyOverride, Ticket


def overridden(ticket: Ticket, amount: Decimal, actor: Actor) -> bool:
    """Whether this manager decides alone on the ticket as it is now, up to `amount` at least, in an emergency
    (`override.py`). One that was objected to before it was used counts no more."""
    if not actor.is_manager:
        return False
    rows = EmergencyOverride.objects.filter(shop_id=ticket.shop_id, ticket=ticket, version=ticket.version)
    return rows.filter(user_id=actor.user_id or 0, amount__gte=amount, objected=False).exists()
