from orders import services as orders
from orders.models import Order

from ..models import Ticket


def lock(ticket: Ticket) -> tuple[Order, Ticket]:
    """The order first, then a fresh copy of the ticket that points at this very copy of the order."""
    known = ticket._state.fields_cache.get("order")
    order = orders.lock(ticket.order_id, like=known)
    for name in ("shop", "buyer"):
        if name in ticket._state.fields_cache and name not in order._state.fields_cache:
            setattr(order, name, getattr(ticket, name))
    fresh = Ticket.locked(ticket.pk, like=ticket)
    fresh.order, fresh.shop, fresh.buyer = order, order.shop, order.buyer
    return order, fresh
