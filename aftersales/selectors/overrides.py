from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Prefetch, Q

from ..models import EmergencyOverride, OverrideAlarm, Ticket
from ..states import OVERRIDE_OPEN

if TYPE_CHECKING:
    from django.db.models import QuerySet


def overrides_of(ticket: Ticket) -> "QuerySet[EmergencyOverride]":
    """With the people and the alarms, oldest first."""
    rows = EmergencyOverride.objects.filter(shop_id=ticket.shop_id, ticket=ticket)
    alarms = Prefetch("alarms", OverrideAlarm.objects.select_related("user").order_by("pk"))
    return rows.select_related("user", "reviewed_by", "ruled_by").prefetch_related(alarms).order_by("pk")


def load_alarms(tickets: Sequence[Ticket]) -> None:
    """Keeps those of what is to be reviewed on each ticket, for `alarms_of`. Nothing is read where there is none."""
    by_ticket: dict[int, list[OverrideAlarm]] = {
        ticket.pk: [] for ticket in tickets if ticket.override in OVERRIDE_OPEN
    }
    if by_ticket:
        shops = {ticket.shop_id for ticket in tickets}
        rows = OverrideAlarm.objects.filter(shop_id__in=shops, override__ticket_id__in=list(by_ticket))
        rows = rows.filter(Q(override__reviewed_at__isnull=True) | Q(override__objected=True))
        rows = rows.filter(override__ruled_at__isnull=True)
        for row in rows.select_related("user", "override").order_by("pk"):
            by_ticket[row.override.ticket_id].append(row)
    for ticket in tickets:
        ticket._alarms = by_ticket.get(ticket.pk)  # type: ignore[attr-defined]


def alarms_of(ticket: Ticket) -> list[OverrideAlarm] | None:
    """Of a ticket that `load_alarms` was called for; None: nothing on it is to be reviewed."""
    alarms: list[OverrideAlarm] | None = ticket._alarms  # type: ignore[attr-defined]
    return alarms
