"""Tickets, their first decisions and their refunds as bare rows, so that hundreds of them cost a few statements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from accounts.models import Shop, User
from aftersales.models import Reason, Ticket, TicketLine, TicketRefund
from kernel.actors import KINDS, MERCHANT
from kernel.models import History
from orders.models import Order
from refunds.models import Refund
from reports.queries import Scope
from reports.ranges import span
from tests.world import NOW, World

_numbers = count(1)


@dataclass
class Decision:
    action: str
    at: datetime
    kind: str = MERCHANT
    name: str = "mei"
    user_id: int | None = 1


class Rows:
    """One paid order a shop and currency; every ticket is on one of them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.orders: dict[tuple[int, str], Order] = {}

    def order(self, shop: Shop, currency: str = "CNY") -> Order:
        key = (shop.pk, currency)
        if key not in self.orders:
            price = "1000000" if currency == "JPY" else "1000000.00"
            self.orders[key] = self.world.place_order(shop=shop, currency=currency, lines=[("TEE", price, 1)])
        return self.orders[key]

    def ticket(
        self,
        created_at: datetime,
        *decisions: Decision,
        shop: Shop | None = None,
        order: Order | None = None,
        reason: str = "quality",
        kind: str = "",
        **values: Any,
    ) -> Ticket:
        order = order or self.order(shop or self.world.lantern)
        why = Reason.objects.get(shop=None, type="return_refund", code=reason)
        given = {
            "type": "return_refund",
            "status": "pending_review",
            "fault": why.fault,
            "sub_reason": Reason.objects.get(parent=why, code=kind) if kind else None,
            "applied_at": created_at,
        } | values
        ticket = Ticket(
            ticket_no=f"R-{next(_numbers)}", order=order, shop=order.shop, buyer=order.buyer, phase="aftersale",
            reason=why, return_freight_payer="buyer", created_at=created_at, updated_at=created_at, **given,
        )  # fmt: skip
        ticket.save()
        for decision in decisions:
            self.history(ticket, decision)
        return ticket

    @staticmethod
    def history(ticket: Ticket, decision: Decision, machine: str = "ticket") -> None:
        assert decision.kind in KINDS
        History.objects.create(
            shop_id=ticket.shop_id, machine=machine, object_id=ticket.pk, action=decision.action, target="x",
            actor_kind=decision.kind, actor_name=decision.name, actor_id=decision.user_id, at=decision.at,
        )  # fmt: skip

    @staticmethod
    def units(ticket: Ticket, *lines: tuple[Any, int]) -> None:
        for line, quantity in lines:
            TicketLine.objects.create(shop_id=ticket.shop_id, ticket=ticket, line=line, quantity=quantity)

    @staticmethod
    def refund(ticket: Ticket, amount: str, settled_at: datetime | None, status: str = "succeeded") -> None:
        payment = ticket.order.payments.get()
        refund = Refund.objects.create(
            shop_id=ticket.shop_id, payment=payment, refund_no=f"RR-{next(_numbers)}", amount=Decimal(amount),
            status=status, created_at=settled_at or NOW, settled_at=settled_at,
        )  # fmt: skip
        TicketRefund.objects.create(shop_id=ticket.shop_id, ticket=ticket, refund=refund)


def scope(*shops: Shop, days: str = "7", now: datetime = NOW) -> Scope:
    """Without shops: every one."""
    return Scope(tuple(shop.pk for shop in shops) or None, span(days, now))


def decided_by(user: User, action: str, at: datetime, kind: str = MERCHANT) -> Decision:
    return Decision(action, at, kind, user.username, user.pk)


def percentile(values: Iterable[float], share: float) -> float | None:
    """Between the two neighbours in proportion: what SQL calls continuous."""
    ordered = sorted(values)
    if not ordered:
        return None
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
