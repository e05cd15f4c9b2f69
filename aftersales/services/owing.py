"""A payable that a rule owes because of a ticket."""

from datetime import datetime
from decimal import Decimal

from kernel.actors import RULE
from refunds.models import Payable
from refunds.payables import services as payables

from ..models import Ticket, TicketPayable


def owe_by_rule(ticket: Ticket, *, kind: str, amount: Decimal, key: str, ground: str = "", now: datetime) -> None:
    """Once for a `key`. The caller has the order locked."""
    row, new = payables.owe(
        ticket.order, kind=kind, amount=amount, key=key, ground=ground, actor=RULE, now=now
    )  # fmt: skip
    if new:
        link(ticket, row)


def link(ticket: Ticket, payable: Payable) -> None:
    TicketPayable.objects.create(ticket=ticket, payable=payable)
    Ticket.objects.filter(shop_id=ticket.shop_id, pk=ticket.pk).update(has_payables=True)
    ticket.has_payables = True
