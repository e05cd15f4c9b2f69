"""Which applications use up the buyer's chances (B-08): their own that were rejected, withdrawn or closed, and nothing
that the shop opened or brought about."""

from kernel.actors import MERCHANT, SUPPORT

from ..models import Ticket

BY_THE_SHOP = ("ship_back", "convert")


def counts(ticket: Ticket) -> bool:
    """Whether this ticket, which ends without success now, is one of the buyer's unsuccessful applications. Not what
    merchant or support opened, nor what the merchant sent back or converted, nor an objection, which is a right. Goods
    that are refused never ask."""
    if ticket.applied_by_id is not None or ticket.objection:
        return False
    if ticket.approved_at is None:
        return True
    by_the_shop = ticket.history().filter(action__in=BY_THE_SHOP, actor_kind__in=(MERCHANT, SUPPORT))
    return not by_the_shop.exists()
