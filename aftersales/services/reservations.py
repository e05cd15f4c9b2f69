"""The sweep behind reservations: stock that is still reserved for a ticket that has ended is released."""

from datetime import datetime

from kernel.jobs import Outcome, each
from orders.models import Reservation
from orders.services import stock

from ..models import Ticket
from ..states import RESERVING, STOCK_TYPES


def orphans() -> list[int]:
    living = Ticket.objects.filter(status__in=RESERVING, type__in=STOCK_TYPES).values("ticket_no")
    active = Reservation.objects.filter(state=Reservation.State.RESERVED)
    return list(active.exclude(holder__in=living).values_list("pk", flat=True))


def sweep(now: datetime, dry_run: bool) -> Outcome:
    ids = orphans()
    if dry_run:
        return Outcome(done=len(ids))

    def give_back(pk: int) -> bool:
        stock.release(Reservation.objects.get(pk=pk), now=now)
        return True

    return each(ids, give_back, lambda pk, error: None)
