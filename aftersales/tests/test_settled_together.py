"""Tickets whose refunds arrive in one transaction end as those whose refunds arrive one by one."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from aftersales.models import Ticket
from kernel.jobs import Outcome, job
from orders.models import Order
from refunds import services as refunds
from refunds.models import Refund
from refunds.signals import refund_settled
from tests.desk import Desk
from tests.world import NOW, World

from . import books

TWO: dict[str, Any] = {"lines": [("TEE", "20.00", 2), ("MUG", "31.00", 1)]}


def unshipped(desk: Desk) -> Ticket:
    return desk.apply(desk.world.place_order(**TWO), "refund_only", "dont_want")


def unshipped_in_part(desk: Desk) -> Ticket:
    return desk.apply(desk.world.place_order(**TWO), "refund_only", "dont_want", quantity=1)


def returned(desk: Desk) -> Ticket:
    return desk.receive(desk.ship_back(desk.approve(desk.apply(desk.world.completed(**TWO)))))


def returned_before_receipt(desk: Desk) -> Ticket:
    return desk.receive(desk.ship_back(desk.approve(desk.apply(desk.world.delivered(**TWO), quantity=1))))


KINDS: list[Callable[[Desk], Ticket]] = [unshipped, unshipped_in_part, returned, returned_before_receipt]
FACTS = ("status", "approved_amount", "refunded_amount", "completed_at", "due_at", "version", "alerts")
OF_ORDER = ("status", "open_cases", "succeeded_cases", "receipt_due_at", "receipt_left", "freight_refunded")


def facts(ticket: Ticket) -> list[Any]:
    ticket, order = Ticket.objects.get(pk=ticket.pk), Order.objects.get(pk=ticket.order_id)
    books.check(order)
    verbs = [[line.action for line in row.history()] for row in (ticket, order)]
    return [*(getattr(ticket, name) for name in FACTS), *(getattr(order, name) for name in OF_ORDER), verbs]


def test_the_same_as_one_by_one(world: World) -> None:
    desk = Desk(world)
    single = [kind(desk) for kind in KINDS]
    for pk in Refund.objects.order_by("pk").values_list("pk", flat=True):
        assert refunds.send(pk, now=NOW)
    together = [kind(desk) for kind in KINDS]
    sizes: list[int] = []

    def hear(refunds: list[Refund], **kwargs: Any) -> None:
        sizes.append(len(refunds))

    refund_settled.connect(hear)
    try:
        assert job("send_refunds").run(NOW, False) == Outcome(done=len(KINDS))
    finally:
        refund_settled.disconnect(hear)
    assert sizes == [len(KINDS)]
    assert [facts(ticket) for ticket in together] == [facts(ticket) for ticket in single]
    assert {ticket.status for ticket in Ticket.objects.all()} == {"completed"}


def test_statements_of_each_further_ticket(world: World) -> None:
    desk = Desk(world)
    counts = []
    for size in (2, 6):
        for _ in range(size):
            returned(desk)
        with CaptureQueriesContext(connection) as captured:
            assert job("send_refunds").run(NOW, False) == Outcome(done=size)
        counts.append(sum("sandbox" not in query["sql"] for query in captured.captured_queries))
    # The claim and its savepoints; then line, ticket, its history and order. What is read is read for all.
    assert (counts[1] - counts[0]) / 4 <= 12
