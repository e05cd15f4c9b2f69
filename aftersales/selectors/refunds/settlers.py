from collections.abc import Iterable

from ...models import Ticket, TicketPayable, TicketRefund


def load_settlers(tickets: Iterable[Ticket]) -> None:
    """Keeps, for `settlers_of`, who paid by hand what the buyers of these tickets object to. One statement, and none
    where nobody objects."""
    disputed = [ticket for ticket in tickets if ticket.settlement_objected_at is not None]
    by_ticket = _settlers(disputed) if disputed else {}
    for ticket in disputed:
        ticket._settlers = by_ticket.get(ticket.pk, frozenset())  # type: ignore[attr-defined]


def settlers_of(ticket: Ticket) -> frozenset[int]:
    """Ids of both people. One statement, unless `load_settlers` was called for it."""
    loaded: frozenset[int] | None = getattr(ticket, "_settlers", None)
    return _settlers([ticket]).get(ticket.pk, frozenset()) if loaded is None else loaded


def _settlers(tickets: list[Ticket]) -> dict[int, frozenset[int]]:
    own = {"shop_id__in": {ticket.shop_id for ticket in tickets}, "ticket__in": tickets, "objected_at__isnull": False}
    refunds = TicketRefund.objects.filter(**own)
    payables = TicketPayable.objects.filter(**own)
    rows = refunds.values_list("ticket_id", "refund__proposed_by", "refund__confirmed_by").union(
        payables.values_list("ticket_id", "payable__approved_by", "payable__paid_by"), all=True
    )
    people: dict[int, frozenset[int]] = {}
    for pk, *both in rows:
        people[pk] = people.get(pk, frozenset()) | {person for person in both if person is not None}
    return people
