"""Deadlines that fire: the clock runs the same services as people do. Where a person acted first nothing is done."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q, QuerySet

from kernel.actors import CLOCK
from kernel.errors import DomainError
from kernel.machine import record

from .. import policy
from ..models import Ticket
from ..states import Alert, Due
from . import tracking
from .approve import approve
from .end import close, confirm_replacement
from .parcels import goods_delivered
from .receiving import receive

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
    ticket = _free(ticket_id)
    if ticket is None:
        return False
    # Checked again under the lock: a person may have acted since the sweep read its list (F11).
    still_due = ticket.due_at is not None and ticket.due_at <= now and ticket.due_action == action
    if not still_due or ticket.overdue_since is not None:
        return False
    if _put_off(ticket, now):
        return False
    _act(ticket, action, now)
    return True


def _free(ticket_id: int) -> Ticket | None:
    """Locked, with its order; None where another process has them."""
    order_id, shop_id = Ticket.objects.values_list("order_id", "shop_id").get(pk=ticket_id)
    with connection.cursor() as cursor:
        # The order's lock, without waiting: the process that has it may be moving this very ticket.
        cursor.execute(_LOCK_ORDER, [shop_id, order_id])
        if cursor.fetchone() is None:
            return None
    return Ticket.locked(ticket_id, shop_id=shop_id)


def owed(now: datetime) -> QuerySet[Ticket]:
    """Tickets whose next mark of a duty is due."""
    return Ticket.objects.filter(mark_at__lte=now).order_by("mark_at", "id")


def mark_duty(ticket_id: int, *, now: datetime) -> bool:
    """Call in a transaction of its own. False: another process has the order, or the mark is no longer due."""
    ticket = _free(ticket_id)
    if ticket is None or ticket.mark_at is None or ticket.mark_at > now:
        return False
    before = set(ticket.alerts)
    ticket.mark_duties(now)
    row = Ticket.objects.filter(shop_id=ticket.shop_id, pk=ticket.pk)
    row.update(alerts=ticket.alerts, mark_at=ticket.mark_at, updated_at=now)
    for alert in set(ticket.alerts) - before:
        record(ticket, "mark_duty", ticket.status, actor=CLOCK, now=now, data={"remark": alert})
    return True


def mark_later(ticket_id: int, now: datetime) -> None:
    """A mark that failed is tried again in an hour, and holds up no other."""
    row = Ticket.objects.filter(pk=ticket_id)  # found by the sweep of all shops
    row.update(mark_at=now + timedelta(hours=1))


def _put_off(ticket: Ticket, now: datetime) -> bool:
    """A pause was announced while this deadline was being set by somebody who had not seen it: it is set now."""
    if not ticket.shop.pauses:
        return False
    due_at, _action = policy.deadline(ticket, ticket.order.policy)
    if due_at is None or due_at <= now:
        return False
    Ticket.objects.filter(shop_id=ticket.shop_id, pk=ticket.pk).update(due_at=due_at)
    return True


def _act(ticket: Ticket, action: str, now: datetime) -> None:
    match action:
        case Due.APPROVE:
            _approve(ticket, now)
        case Due.CLOSE:
            close(ticket, now=now)
        case Due.RECEIVE:
            _receive(ticket, now)
        case Due.COMPLETE:
            confirm_replacement(ticket, actor=CLOCK, now=now)
        case Due.OVERDUE:
            mark_overdue(ticket, now=now)


def _approve(ticket: Ticket, now: datetime) -> None:
    """By the facts of this moment (B-17): goods that were delivered meanwhile are received goods, whose refund no
    clock pays (E-6). What needs a return address waits while the shop has none: `approve` refuses it."""
    if not ticket.received and goods_delivered(ticket):
        Ticket.objects.filter(shop_id=ticket.shop_id, pk=ticket.pk).update(received=True, due_action=Due.OVERDUE)
        mark_overdue(ticket, now=now, remark="delivered")
    else:
        _or_overdue(approve, ticket, now)


def _receive(ticket: Ticket, now: datetime) -> None:
    """Not on a number that is doubtful at this moment."""
    if tracking.review(ticket, now=now):
        mark_overdue(ticket, now=now, remark=Alert.DOUBTFUL_TRACKING)
    else:
        _or_overdue(receive, ticket, now)


def _or_overdue(act: Callable[..., Ticket], ticket: Ticket, now: datetime) -> None:
    try:
        # Not retried: a refusal (no stock, no money left) does not pass by itself. The service has rolled back its own
        # savepoint, so the mark can still be written.
        act(ticket, actor=CLOCK, now=now)
    except DomainError as refusal:
        reasons = refusal.details.get("reasons") or [refusal.code]
        mark_overdue(ticket, now=now, remark=reasons[0])


def mark_overdue(ticket: Ticket, *, now: datetime, remark: str = "") -> None:
    """Nobody acted in time and the clock may not decide: the ticket is shown as overdue."""
    # From the deadline and not from now: how late somebody is must not depend on when the sweep ran.
    Ticket.objects.filter(shop_id=ticket.shop_id, pk=ticket.pk).update(overdue_since=ticket.due_at, updated_at=now)
    record(ticket, "overdue", ticket.status, actor=CLOCK, now=now, data={"remark": remark} if remark else {})


def back_off(ticket_id: int, now: datetime) -> None:
    """A deadline that failed is retried later and later, so that it never holds up the others."""
    ticket = Ticket.objects.get(pk=ticket_id)
    # Called after the failed transaction was rolled back. The counter only sets the wait, so it may stop at 30;
    # 2^12 minutes are more than the longest wait already.
    failures = min(ticket.deadline_failures + 1, 30)
    wait = min(FIRST_BACKOFF * 2 ** min(failures - 1, 12), MAX_BACKOFF)
    row = Ticket.objects.filter(shop_id=ticket.shop_id, pk=ticket_id)
    row.update(deadline_failures=failures, retry_after=now + wait)
