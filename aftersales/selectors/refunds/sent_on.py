from collections.abc import Iterable

from refunds.machine import OPEN

from ...models import Ticket, TicketRefund


def accounts_sent_to(tickets: Iterable[Ticket]) -> dict[int, str]:
    """Ticket id → the account to which money that came back is on its way instead. One statement."""
    ids = {ticket.pk: ticket.shop_id for ticket in tickets}
    rows = TicketRefund.objects.filter(shop_id__in=set(ids.values()), ticket__in=ids, refund__status__in=OPEN)
    rows = rows.exclude(refund__redirected_to="").order_by("-refund_id")
    return dict(rows.values_list("ticket_id", "refund__redirected_to"))
