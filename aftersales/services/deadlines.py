"""Deadlines that fire: the clock runs the same services as people do. Where a person acted first nothing is done."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q, QuerySet

from kernel.actors import CLOCK
from kernel.errors import DomainError
from kernel.machine import record
from logistics.services import default_address

from ..models import Ticket
from ..states import Due
from .approve import approve
from .end import close, confirm_replacement
from .receive import receive

# Short at first, because a lost connection passes by itself; a day at most, so that a repaired row is found again.
FIRST_BACKOFF = timedelta(minutes=1)
MAX_BACKOFF = timedelta(days=1)

_LOCK_ORDER = "SELECT 1 FROM orders_order WHERE shop_id = %s AND id = %s FOR NO KEY UPDATE SKIP LOCKED"


def due(action: str, now: datetime) -> QuerySet[Ticket]:
    awake = Q(retry_after__isnull=True) | Q(retry_after__lte=now)
    # An overdue ticket keeps `due_at`, by which the queue sorts, and must not fire again.
    return Ticket.objects.filter(awake, due_at__lte=now, due_action=action, overdue_since__isnull=True).order_by(
        "due_at", "id"
    )


def fire(ticket_id: int, action: str, *, now: datetime) -> bool:
    """Call in a transaction of its own. False: another process has the order, or the deadline is no longer due."""
    order_id, shop_id = Ticket.objects.values_list("order_id", "shop_id").get(pk=ticket_id)
    with connection.cursor() as cursor:
        # The order's lock, without waiting: the process that has it may be moving this very ticket.
        cursor.execute(_LOCK_ORDER, [shop_id, order_id])
        if cursor.fetchone() is None:
            return False
    ticket = Ticket.locked(ticket_id, shop_id=shop_id)
    # Checked again under the lock: a person may have acted since the sweep read its list (F11).
    still_due = ticket.due_at is not None and ticket.due_at <= now and ticket.due_action == action
    if not still_due or ticket.overdue_since is not None:
        return False
    _act(ticket, action, now)
    return True


def _act(ticket: Ticket, action: str, now: datetime) -> None:
    match action:
        case Due.APPROVE:
            _approve(ticket, now)
        case Due.CLOSE:
            close(ticket, now=now)
        case Due.RECEIVE:
            receive(ticket, actor=CLOCK, now=now)
        case Due.COMPLETE:
            confirm_replacement(ticket, actor=CLOCK, now=now)
        case Due.OVERDUE:
            mark_overdue(ticket, now=now)


def _approve(ticket: Ticket, now: datetime) -> None:
    """Without a return address in the shop nothing is approved by the clock."""
    if default_address(ticket.shop_id) is None:
        mark_overdue(ticket, now=now, note="no_return_address")
        return
    try:
        # Not retried: a refusal (no stock, no money left) does not pass by itself. `approve` has rolled back its own
        # savepoint, so the mark can still be written.
        approve(ticket, actor=CLOCK, now=now)
    except DomainError as refusal:
        mark_overdue(ticket, now=now, note=refusal.code)


def mark_overdue(ticket: Ticket, *, now: datetime, note: str = "") -> None:
    """Nobody acted in time and the clock may not decide: the ticket is shown as overdue."""
    # From the deadline and not from now: how late somebody is must not depend on when the sweep ran.
    Ticket.objects.filter(shop_id=ticket.shop_id, pk=ticket.pk).update(overdue_since=ticket.due_at, updated_at=now)
    record(ticket, "overdue", ticket.status, actor=CLOCK, now=now, note=note)


def back_off(ticket_id: int, now: datetime) -> None:
    """A deadline that failed is retried later and later, so that it never holds up the others."""
    ticket = Ticket.objects.get(pk=ticket_id)
    # Called after the failed transaction was rolled back. The counter only sets the wait, so it may stop at 30;
    # 2^12 minutes are more than the longest wait already.
    failures = min(ticket.deadline_failures + 1, 30)
    wait = min(FIRST_BACKOFF * 2 ** min(failures - 1, 12), MAX_BACKOFF)
    row = Ticket.objects.filter(shop_id=ticket.shop_id, pk=ticket_id)
    row.update(deadline_failures=failures, retry_after=now + wait)
