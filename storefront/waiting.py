"""What waits for the buyer."""

from accounts.models import User
from aftersales.models import Ticket
from aftersales.waiting import BUYERS_TURN


def waits_for(user: User) -> int:
    """How many of the buyer's own tickets wait for them."""
    return Ticket.objects.filter(buyer=user, status__in=BUYERS_TURN).count()
