"""The canned responses that the forms of a ticket or an order offer."""

from orders.models import Order

from ..models import Ticket, canned_responses


def texts_for(row: Ticket | Order, use: str) -> list[tuple[str, str]]:
    """(text, what it is called). Read once for all forms on the row's page."""
    known = row.__dict__.get("_ready_texts")
    if known is None:
        known = row.__dict__["_ready_texts"] = canned_responses([row.shop_id])
    return known[use]
