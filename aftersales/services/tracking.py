"""Return numbers that say nothing (part C): while every number that counts is doubtful, the clock does not pay."""

from datetime import datetime, timedelta

from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet, Value

from kernel.actors import CLOCK, MERCHANT, Actor
from kernel.jobs import Outcome, each
from kernel.machine import record
from logistics.machine import Status as ParcelStatus
from logistics.models import Parcel
from logistics.numbers import borrowed, no_number
from logistics.tracks.silence import counts_from, is_silent, silent, was_seen
from orders.models import Order

from ..conditions import awaits_goods, without_doubt
from ..models import Ticket, TicketParcel
from ..states import Alert, Status
from .locking import lock
from .parcels import ticket_of

DOUBT = Alert.DOUBTFUL_TRACKING.value
BATCH = 500
_DOUBTED = (
    "alerts", "shipped_back_at", "overdue_since", "due_at", "due_action", "due_left", "mark_at", "updated_at",
)  # fmt: skip


def alerts_of(ticket: Ticket, order: Order, *, now: datetime) -> list[str]:
    """The alerts of the ticket with, or without, the one about its return numbers."""
    return without_doubt(ticket.alerts) + [DOUBT] * _is_doubtful(ticket, order, now)


def _is_doubtful(ticket: Ticket, order: Order, now: datetime) -> bool:
    """All numbers that count are. So a doubtful number from the shop never stops the clock of a good one (B-19)."""
    if ticket.arrived_at is not None or not awaits_goods(ticket):
        return False
    parcels = numbers_that_count(ticket)
    shop = {"shop_id": ticket.shop_id, "ticket_parcel__shop_id": ticket.shop_id}
    others = borrowed(parcels, corrected=Parcel.objects.filter(**shop, ticket_parcel__ticket=ticket))
    return bool(parcels) and all(_lacks_scan(parcel, others, order, now) for parcel in parcels)


def numbers_that_count(ticket: Ticket) -> list[Parcel]:
    """The current return parcel, and the one of the newest number that the buyer gave."""
    links = TicketParcel.objects.filter(shop_id=ticket.shop_id, ticket=ticket, kind=TicketParcel.Kind.RETURN)
    rows = list(
        links.filter(Q(is_current=True) | Q(by_buyer=True)).select_related("parcel__tracking").order_by("parcel_id")
    )
    newest = next((link.pk for link in reversed(rows) if link.by_buyer), None)
    return [link.parcel for link in rows if link.is_current or link.pk == newest]


def _lacks_scan(parcel: Parcel, others: set[int], order: Order, now: datetime) -> bool:
    if was_seen(parcel):
        return False
    if no_number(parcel.tracking_no) or parcel.pk in others:
        return True
    ends = counts_from(parcel, order)
    return ends <= now and is_silent(parcel, since=ends)


def is_plausible(parcel: Parcel) -> bool:
    """The number of goods that are sent to the buyer is one, and no earlier parcel's."""
    return not no_number(parcel.tracking_no) and not borrowed([parcel])


def review(ticket: Ticket, *, actor: Actor = CLOCK, now: datetime) -> bool:
    """Judges the numbers as they are now; whether the ticket is in doubt. Call with order and ticket locked."""
    if ticket.shipped_back_at is None or ticket.goods_refused_at is not None:
        return False
    alerts = alerts_of(ticket, ticket.order, now=now)
    doubtful = DOUBT in alerts
    if doubtful != (DOUBT in ticket.alerts):
        _save(ticket, alerts, now)
        if doubtful:
            record(ticket, "doubt_tracking", ticket.status, actor=actor, now=now)
        else:
            record(ticket, "trust_tracking", ticket.status, actor=actor, now=now)
    return doubtful


def _save(ticket: Ticket, alerts: list[str], now: datetime) -> None:
    """With the clock of the state, which pays or does not."""
    if ticket.overdue_since is not None and DOUBT not in alerts:
        # The time ran out while nothing was known of the goods: it starts with the first scan.
        ticket.shipped_back_at = now
    ticket.alerts, ticket.overdue_since = alerts, None
    ticket.due_at, ticket.due_action = ticket.timer(now)
    ticket.save(update_fields=_DOUBTED)


def on_scanned(parcel: Parcel, *, actor: Actor, now: datetime) -> None:
    """A scan ends the doubt. The order is locked by the reporter."""
    if parcel.kind == Parcel.Kind.SEND_BACK:
        _sent_back(parcel, actor=actor, now=now)
    if parcel.kind != Parcel.Kind.RETURN:
        return
    doubted = ticket_of(parcel)
    if doubted is None or DOUBT not in doubted.alerts:
        return
    ticket = Ticket.locked(doubted.pk, shop_id=doubted.shop_id)
    ticket.order = parcel.order
    review(ticket, actor=actor, now=now)


def _sent_back(parcel: Parcel, *, actor: Actor, now: datetime) -> None:
    """Refused goods are on their way to the buyer once somebody has scanned them, and owed again once they are lost."""
    linked = ticket_of(parcel)
    lost = parcel.status == ParcelStatus.LOST
    # The shop's own word ends no clock that pays it (B-19).
    if linked is None or linked.goods_refused_at is None or (actor.kind == MERCHANT and not lost):
        return
    if lost == (linked.goods_returned_at is None):
        return
    ticket = Ticket.locked(linked.pk, shop_id=linked.shop_id)
    ticket.order = parcel.order
    _set_returned(ticket, None if lost else now, now)
    if lost:
        record(ticket, "send_back_lost", ticket.status, actor=actor, now=now)
    else:
        record(ticket, "trust_tracking", ticket.status, actor=actor, now=now)


def _set_returned(ticket: Ticket, returned_at: datetime | None, now: datetime) -> None:
    ticket.goods_returned_at, ticket.overdue_since = returned_at, None
    ticket.due_at, ticket.due_action = ticket.timer(now)
    names = ["goods_returned_at", "overdue_since", "due_at", "due_action", "due_left", "updated_at"]
    ticket.save(update_fields=names)


def sweep(now: datetime, dry_run: bool) -> Outcome:
    """Numbers that a courier, asked after the time, has not scanned in it: a return gets the alert, and refused goods
    that were only said to be on their way count as kept (B-20)."""
    ids = [*_silent_returns(now).values_list("ticket_id", "shop_id")]
    unsent = [*_silent_send_backs(now).values_list("ticket_id", "shop_id")]
    if dry_run:
        return Outcome(done=len(ids) + len(unsent))

    def doubt(key: tuple[int, int]) -> bool:
        _order, ticket = lock(Ticket.objects.get(shop_id=key[1], pk=key[0]))
        return review(ticket, now=now)

    def take_back(key: tuple[int, int]) -> bool:
        _order, ticket = lock(Ticket.objects.get(shop_id=key[1], pk=key[0]))
        if ticket.status != Status.REJECTED or ticket.goods_returned_at is None:
            return False
        _set_returned(ticket, None, now)
        record(ticket, "doubt_tracking", ticket.status, actor=CLOCK, now=now)
        return True

    return each(ids, doubt, lambda key, error: None) + each(unsent, take_back, lambda key, error: None)


def _silent_returns(now: datetime) -> QuerySet[TicketParcel]:
    rows = _silent(
        now, TicketParcel.Kind.RETURN, status__in=(Status.PENDING_REFUND, Status.PENDING_RESHIP), received_at=None
    )
    return rows.exclude(ticket__alerts__contains=[DOUBT]).order_by("parcel__sent_at")[:BATCH]


def _silent_send_backs(now: datetime) -> QuerySet[TicketParcel]:
    rows = _silent(now, TicketParcel.Kind.SEND_BACK, status=Status.REJECTED, goods_returned_at__isnull=False)
    return rows.order_by("parcel__sent_at")[:BATCH]


def _silent(now: datetime, kind: str, **ticket: object) -> QuerySet[TicketParcel]:
    hours = F("ticket__order__policy__tracking_hours") * Value(timedelta(hours=1))
    silence = ExpressionWrapper(hours, DurationField())
    return TicketParcel.objects.filter(
        silent(silence, path="parcel__"),
        kind=kind,
        is_current=True,
        parcel__sent_at__lte=Value(now) - silence,
        **{f"ticket__{name}": value for name, value in ticket.items()},
    )
