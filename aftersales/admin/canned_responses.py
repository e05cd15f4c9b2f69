"""The canned responses that a ticket's forms offer."""

from ..models import Ticket, canned_responses


def texts_for(ticket: Ticket, use: str) -> list[tuple[str, str]]:
    """(text, what it is called). Read once for all forms on the ticket's page."""
    known = ticket.__dict__.get("_ready_texts")
    if known is None:
        known = ticket.__dict__["_ready_texts"] = canned_responses([ticket.shop_id])
    return known[use]
