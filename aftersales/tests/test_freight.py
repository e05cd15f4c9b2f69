"""When the outbound freight goes back, and with which ticket (B-04, B-16, F-4)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftersales import services
from aftersales.models import Ticket
from orders.models import Order, OrderLine
from tests.desk import Desk
from tests.undone import undone
from tests.world import NOW, World

from ..rules.application import Application, LineRequest
from . import books

pytestmark = pytest.mark.django_db
D = Decimal
FREIGHT = D("8.00")


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def apply(desk: Desk, line: OrderLine, type_: str, reason: str, **more: Any) -> Ticket:
    order = Order.objects.select_related("shop", "policy", "buyer").get(pk=line.order_id)
    asked = Application(type_, reason, (LineRequest(line.pk, line.quantity),), evidence=(desk.photo(),), **more)
    return services.apply(order, asked, actor=desk.buyer, now=NOW)


def settle(desk: Desk, ticket: Ticket, **decision: Any) -> Ticket:
    """From review to money."""
    if ticket.status == "pending_review":
        ticket = desk.approve(ticket, **decision)
    if ticket.status == "pending_return":
        ticket = desk.receive(desk.ship_back(ticket))
    return desk.pay_out(ticket)


def two(desk: Desk) -> tuple[OrderLine, OrderLine]:
    order = desk.world.completed(lines=[("A", "5.00", 1), ("B", "7.00", 1)], freight="8.00")
    first, second = order.lines.order_by("position")
    return first, second


# --- which ticket carries it --------------------------------------------------------------------------------


@pytest.mark.parametrize("reasons", [("quality", "no_reason"), ("no_reason", "quality")])
def test_one_fault_is_enough_whoever_comes_last(desk: Desk, reasons: tuple[str, str]) -> None:
    """B-16: also where the last ticket is the buyer's own change of mind."""
    done = [
        settle(desk, apply(desk, line, "return_refund", reason))
        for line, reason in zip(two(desk), reasons, strict=True)
    ]
    assert [ticket.freight_amount for ticket in done] == [0, FREIGHT]
    assert done[1].refunded_amount == 15
    books.check(done[1].order)


def test_no_fault_no_freight(desk: Desk) -> None:
    done = [settle(desk, apply(desk, line, "return_refund", "no_reason")) for line in two(desk)]
    assert [ticket.freight_amount for ticket in done] == [0, 0]


@pytest.mark.parametrize("at", [0, 1])
def test_the_ticket_that_is_received_last_carries_it(desk: Desk, at: int) -> None:
    tickets = [
        desk.ship_back(desk.approve(apply(desk, line, "return_refund", reason)))
        for line, reason in zip(two(desk), ("quality", "no_reason"), strict=True)
    ]
    assert desk.receive(tickets[at]).freight_amount == 0
    assert desk.receive(tickets[1 - at]).freight_amount == FREIGHT


def test_the_quote_of_the_last_ticket_has_it(desk: Desk) -> None:
    first, second = two(desk)
    settle(desk, apply(desk, first, "return_refund", "damaged"))
    ticket = apply(desk, second, "return_refund", "no_reason")
    assert (ticket.requested_amount, ticket.freight_amount) == (15, FREIGHT)


def test_the_fault_of_a_ticket_that_was_rejected_does_not_count(desk: Desk) -> None:
    first, second = two(desk)
    services.reject(apply(desk, first, "return_refund", "quality"), reason="No", actor=desk.merchant, now=NOW)
    done = [settle(desk, apply(desk, line, "return_refund", "no_reason")) for line in (first, second)]
    assert [ticket.freight_amount for ticket in done] == [0, 0]


def test_an_empty_parcel_proves_no_fault(desk: Desk) -> None:
    """Who gains: a return “for its quality” in which nothing was found would bring the freight along."""
    first, second = two(desk)
    ticket = desk.ship_back(desk.approve(apply(desk, first, "return_refund", "quality")))
    desk.pay_out(desk.receive(ticket, [{"line_id": first.pk, "quantity": 1, "condition": "missing"}]))
    done = [settle(desk, apply(desk, line, "return_refund", "no_reason")) for line in (first, second)]
    assert [ticket.freight_amount for ticket in done] == [0, 0]


# --- goods that stay with the buyer -------------------------------------------------------------------------


def test_a_late_delivery_that_the_buyer_keeps_brings_no_freight(desk: Desk) -> None:
    order = desk.world.delivered(lines=[("A", "129.00", 1)], freight="8.00")
    ticket = apply(desk, order.lines.get(), "refund_only", "late", received=True)
    assert (ticket.requested_amount, ticket.freight_amount) == (129, 0)
    assert settle(desk, ticket).refunded_amount == 129
    assert services.approvable(ticket).requested == 129


@pytest.mark.parametrize("kept_first", [True, False])
def test_kept_goods_keep_the_freight_of_the_others(desk: Desk, kept_first: bool) -> None:
    kept, back = two(desk)
    steps = [(kept, "refund_only", "late"), (back, "return_refund", "quality")]
    done = [settle(desk, apply(desk, *step)) for step in (steps if kept_first else reversed(steps))]
    assert [ticket.freight_amount for ticket in done] == [0, 0]


def test_a_return_that_is_waived_adds_no_freight(desk: Desk) -> None:
    first, second = two(desk)
    settle(desk, apply(desk, first, "return_refund", "quality"))
    ticket = apply(desk, second, "return_refund", "no_reason")
    assert ticket.freight_amount == FREIGHT, "quoted is quoted"
    waiting = two(desk)
    tickets = [apply(desk, line, "return_refund", "quality") for line in waiting]
    settle(desk, tickets[0])
    assert settle(desk, tickets[1], returnless=True).freight_amount == 0


def test_an_exchange_that_becomes_a_refund_of_goods_kept(desk: Desk) -> None:
    desk.world.sku("A", price="5.00", on_hand=3)
    order = desk.world.completed(lines=[("A", "5.00", 1)], freight="8.00")
    ticket = desk.approve(apply(desk, order.lines.get(), "exchange", "quality"))
    ticket = services.convert(ticket, to="refund_only", actor=desk.merchant, now=NOW)
    assert (ticket.approved_amount, ticket.freight_amount) == (5, 0)


@pytest.mark.parametrize(("reason", "freight"), [("lost", FREIGHT), ("missing", FREIGHT), ("damaged", 0)])
def test_a_reissue_that_becomes_a_refund(desk: Desk, reason: str, freight: Decimal) -> None:
    """What was missing of the parcel never came; damaged goods stay."""
    desk.world.sku("A", price="5.00", on_hand=3)
    order = desk.world.completed(lines=[("A", "5.00", 1)], freight="8.00")
    ticket = desk.approve(apply(desk, order.lines.get(), "reissue", reason))
    ticket = services.convert(ticket, to="refund_only", actor=desk.merchant, now=NOW)
    assert ticket.freight_amount == freight


# --- any order of the same tickets --------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    type: str
    reason: str
    fault: bool
    stays: bool = False
    unshipped: bool = False


KINDS = (
    Kind("return_refund", "no_reason", fault=False),
    Kind("return_refund", "quality", fault=True),
    Kind("return_refund", "damaged", fault=True),
    Kind("refund_only", "late", fault=True, stays=True),
    Kind("refund_only", "dont_want", fault=False, unshipped=True),
    Kind("refund_only", "out_of_stock", fault=True, unshipped=True),
)


def due(kinds: list[Kind]) -> Decimal:
    """B-16 and F-4, written a second time."""
    if all(kind.unshipped for kind in kinds):
        return FREIGHT
    return FREIGHT if any(k.fault for k in kinds) and not any(k.stays for k in kinds) else D(0)


@settings(max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(
    kinds=st.lists(st.sampled_from(KINDS), min_size=2, max_size=3),
    shuffled=st.randoms(use_true_random=False),
    together=st.booleans(),
)
def test_any_order_of_the_same_tickets_gives_the_same_total(
    desk: Desk, kinds: list[Kind], shuffled: Any, together: bool
) -> None:
    """`together`: all are asked for first, then settled; else one after the other."""
    with undone():
        lines = [(f"S{at}", f"{at + 3}.33", 1) for at in range(len(kinds))]
        order = desk.world.place_order(lines=lines, freight=str(FREIGHT))
        rows = dict(zip(order.lines.order_by("position"), kinds, strict=True))
        if shipped := {line.pk: 1 for line, kind in rows.items() if not kind.unshipped}:
            order = desk.world.ship(order, shipped)
        if len(shipped) == len(kinds):
            desk.world.deliver(order)
        turns = list(rows)
        shuffled.shuffle(turns)
        asked = {line.pk: ask(desk, line, rows[line]) for line in (turns if together else [])}
        shuffled.shuffle(turns)
        for line in turns:
            settle(desk, asked.get(line.pk) or ask(desk, line, rows[line]))
        paid = sum((ticket.refunded_amount for ticket in Ticket.objects.filter(order=order)), D(0))
        assert paid == sum((line.paid_amount for line in rows), D(0)) + due(kinds)
        books.check(order)


def ask(desk: Desk, line: OrderLine, kind: Kind) -> Ticket:
    return apply(desk, line, kind.type, kind.reason, received=kind.stays or None)
