from orders import services as orders
from orders.models import Order

from ..models import Ticket


def lock(ticket: Ticket) -> tuple[Order, Ticket]:
    """Locks the order first (the one lock order that cannot deadlock), then the ticket. Answers fresh copies; the
    ticket's `order` is the locked one."""
    known = ticket._state.fields_cache.get("order")
    order = orders.lock(ticket.order_id, shop_id=ticket.shop_id, like=known)
    # The order has the same shop and buyer: the ticket's copies save two statements.
    for name in ("shop", "buyer"):
        if name in ticket._state.fields_cache and name not in order._state.fields_cache:
            setattr(order, name, getattr(ticket, name))
    fresh = Ticket.locked(ticket.pk, shop_id=ticket.shop_id, like=ticket)
    fresh.order, fresh.shop, fresh.buyer = order, order.shop, order.buyer
    return order, fresh
