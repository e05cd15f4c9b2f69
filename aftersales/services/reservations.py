"""The sweep behind reservations: stock that is still reserved for a ticket that has ended is released."""

from datetime import datetime

from django.db.models import Exists, OuterRef

from kernel.jobs import Outcome, each
from orders.models import Reservation
from orders.services import stock

from ..models import Ticket
from ..states import RESERVING, STOCK_TYPES


def orphans() -> list[int]:
    # A ticket number is unique in a shop, not over all of them.
    holders = Ticket.objects.filter(shop_id=OuterRef("shop_id"), ticket_no=OuterRef("holder"))
    living = holders.filter(status__in=RESERVING, type__in=STOCK_TYPES)
    # One statement: ticket and reservation are committed together, so that no new one looks orphaned.
    active = Reservation.objects.filter(~Exists(living), state=Reservation.State.RESERVED)
    return list(active.values_list("pk", flat=True))


def sweep(now: datetime, dry_run: bool) -> Outcome:
    ids = orphans()
    if dry_run:
        return Outcome(done=len(ids))

    def give_back(pk: int) -> bool:
        stock.release(Reservation.objects.get(pk=pk), now=now)
        return True

    return each(ids, give_back, lambda pk, error: None)
