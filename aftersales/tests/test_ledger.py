"""The one money view of a ticket: what may be approved is said alike everywhere, and is what the service allows."""

from decimal import Decimal
from typing import Any

import pytest

from aftersales import services
from aftersales.ledger.allocation import Allocation
from aftersales.models import Ticket
from kernel.errors import AmountExceeded, NeedsConfirmation, NotEligible
from orders.models import Order
from tests.browser import Sit, page, text
from tests.desk import Desk
from tests.world import NOW, World

from . import books
from .test_amounts import units

pytestmark = pytest.mark.django_db
D = Decimal
AGREED = {"refund_amount_consent": True, "note": "chat"}


@pytest.fixture
def desk(world: World) -> Desk:
    world.revise_policy(consent="note")  # what is tested here is the amounts, not whose yes they need
    return Desk(world)


def reject(desk: Desk, ticket: Ticket) -> Ticket:
    return services.reject(ticket, reason="No", actor=desk.merchant, now=NOW)


def terms(ticket: Ticket) -> tuple[Decimal, Decimal]:
    """(what is approved where no amount is named, at most)"""
    fresh = Ticket.objects.select_related("order").get(pk=ticket.pk)
    before = fresh.order.freight_open
    result = services.approvable(fresh)
    assert fresh.order.freight_open == before, "asking changed the caller's copy of the order"
    return result.requested, result.ceiling


def allowed(desk: Desk, ticket: Ticket, amount: str) -> bool:
    try:
        desk.approve(ticket, refund_amount=D(amount), **AGREED)
    except (AmountExceeded, NotEligible):
        return False
    return True


# --- the ceiling is what the service allows -------------------------------------------------------------------


@pytest.mark.parametrize("rejected", [False, True])
@pytest.mark.parametrize(("amount", "fits"), [("109.00", True), ("109.01", False)])
def test_the_ceiling_counts_the_freight_once(desk: Desk, rejected: bool, amount: str, fits: bool) -> None:
    order = desk.world.shipped(lines=[("TEE", "99.00", 1)], freight="10.00")
    ticket = desk.apply(order, "refund_only", "late")
    if rejected:
        ticket = reject(desk, ticket)
    assert terms(ticket) == (D("109.00"), D("109.00"))
    assert allowed(desk, ticket, amount) is fits
    books.check(order)


@pytest.mark.parametrize("rejected", [False, True])
@pytest.mark.parametrize(("amount", "fits"), [("208.00", True), ("208.01", False)])
def test_a_claim_may_be_raised_up_to_all_that_is_left(desk: Desk, rejected: bool, amount: str, fits: bool) -> None:
    order = desk.world.delivered(lines=[("TEE", "99.00", 2)], freight="10.00")
    ticket = desk.apply(order, "refund_only", "compensation", claimed_amount=D("10.00"))
    if rejected:
        ticket = reject(desk, ticket)
    assert terms(ticket) == (D("10.00"), D("208.00"))
    assert allowed(desk, ticket, amount) is fits
    books.check(order)


def test_the_freight_that_another_refund_brings_along_is_in_the_ceiling(desk: Desk) -> None:
    order = desk.world.shipped(lines=[("A", "5.00", 1), ("B", "7.00", 1)], freight="8.00")
    first, second = (units(desk, order, (at, 1), reason="late") for at in (1, 2))
    assert terms(second) == (D("7.00"), D("7.00"))
    desk.approve(first)
    assert terms(second) == (D("15.00"), D("15.00"))
    assert desk.approve(second).approved_amount == D("15.00")
    books.check(order)


def test_nothing_may_be_approved_of_what_others_have_taken_meanwhile(desk: Desk) -> None:
    order = desk.world.delivered(lines=[("TEE", "99.00", 1)])
    ticket = reject(desk, desk.apply(order))
    desk.approve(desk.apply(order))
    assert terms(ticket) == (D(0), D(0))
    with pytest.raises(NotEligible):
        desk.approve(ticket)


def test_the_ceiling_of_units_that_became_others(desk: Desk) -> None:
    """Two units of 1.67 are worth 0.84 and 0.83 in the order in which they are reserved (F-3)."""
    order = desk.world.delivered(lines=[("A", "0.84", 2)], discount="0.01")
    first = reject(desk, desk.apply(order, quantity=1))
    desk.apply(order, quantity=1)
    assert terms(first) == (D("0.83"), D("0.83"))


# --- the pages say the same -----------------------------------------------------------------------------------


def test_the_page_says_what_the_service_allows_of_a_claim(desk: Desk, sit: Sit) -> None:
    order = desk.world.delivered(lines=[("TEE", "99.00", 2)])
    ticket = desk.apply(order, "refund_only", "compensation", claimed_amount=D("10.00"))
    html = text(sit("mei").get(page(ticket)))
    assert 'value="10.00"' in html, "the form offers what was asked for"
    assert "Up to ¥198.00" in html
    assert "May be approved, at most" in html
    sit("mei").post(page(ticket, "approve"), {"refund_amount": "50.00", "note": "chat"})
    assert Ticket.objects.get(pk=ticket.pk).approved_amount == D("50.00")


def test_the_page_of_a_rejected_ticket_counts_its_freight_once(desk: Desk, sit: Sit) -> None:
    order = desk.world.shipped(lines=[("TEE", "99.00", 1)], freight="10.00")
    ticket = reject(desk, desk.apply(order, "refund_only", "late"))
    html = text(sit("mei").get(page(ticket)))
    assert "Up to ¥109.00" in html
    assert "119.00" not in html


def test_the_form_offers_the_freight_that_came_to_it_and_approves_it(desk: Desk, sit: Sit) -> None:
    order = desk.world.shipped(lines=[("A", "5.00", 1), ("B", "7.00", 1)], freight="8.00")
    first, second = (units(desk, order, (at, 1), reason="late") for at in (1, 2))
    desk.approve(first)
    assert 'value="15.00"' in text(sit("mei").get(page(second)))
    sit("mei").post(page(second, "approve"), {"refund_amount": "15.00"})
    assert Ticket.objects.get(pk=second.pk).approved_amount == D("15.00")


# --- a lowered ticket -----------------------------------------------------------------------------------------


@pytest.fixture
def halves(desk: Desk) -> tuple[Ticket, Ticket]:
    """Two returns by the merchant's fault, of 5.00 and 7.00; the last to come back brings 8.00 freight."""
    order = desk.world.completed(lines=[("A", "5.00", 1), ("B", "7.00", 1)], freight="8.00")
    first, second = (units(desk, order, (at, 1), type_="return_refund", reason="quality") for at in (1, 2))
    return first, second


def test_a_lowered_ticket_gets_no_freight_that_was_not_agreed(desk: Desk, halves: tuple[Ticket, Ticket]) -> None:
    """The freight came to it at approval only: 13.00 was possible, 6.00 was agreed, and 5.00 was once requested."""
    first, second = halves
    desk.pay_out(desk.receive(desk.ship_back(desk.approve(second))))
    with pytest.raises(NeedsConfirmation):
        desk.approve(first, refund_amount=D("6.00"))
    first = desk.approve(first, refund_amount=D("6.00"), **AGREED)
    assert (first.requested_amount, first.reduced) == (D("5.00"), True)
    first = desk.pay_out(desk.receive(desk.ship_back(first)))
    assert first.refunded_amount == D("6.00")
    books.check(first.order)


def test_a_lowered_ticket_carries_the_freight_when_it_is_the_last(desk: Desk, halves: tuple[Ticket, Ticket]) -> None:
    """B-16: lowered were its goods. In the other order the second ticket would have brought the freight."""
    first, second = halves
    first = desk.approve(first, refund_amount=D("4.00"), **AGREED)
    desk.pay_out(desk.receive(desk.ship_back(desk.approve(second))))
    assert desk.pay_out(desk.receive(desk.ship_back(first))).refunded_amount == D("12.00")
    books.check(first.order)


def test_a_ticket_with_a_fee_carries_it_too(desk: Desk, halves: tuple[Ticket, Ticket]) -> None:
    first, second = halves
    first = desk.approve(first, service_fee=D("1.00"), service_fee_consent=True, note="chat")
    assert first.reduced is False
    desk.pay_out(desk.receive(desk.ship_back(desk.approve(second))))
    assert desk.pay_out(desk.receive(desk.ship_back(first))).refunded_amount == D("12.00")


def test_one_that_was_approved_in_full_gets_it(desk: Desk, halves: tuple[Ticket, Ticket]) -> None:
    first, second = halves
    first = desk.approve(first)
    desk.pay_out(desk.receive(desk.ship_back(desk.approve(second))))
    assert desk.pay_out(desk.receive(desk.ship_back(first))).refunded_amount == D("13.00")
    books.check(first.order)


# --- reserved, approved, settled ------------------------------------------------------------------------------


def counters(order: Order) -> dict[str, Any]:
    line, order = order.lines.get(), Order.objects.get(pk=order.pk)
    names = ("open_quantity", "refunded_quantity", "open_amount", "refunded_amount", "allocated_share")
    return {name: getattr(line, name) for name in names} | {
        "freight_open": order.freight_open,
        "freight_refunded": order.freight_refunded,
    }


def test_reserve_reprice_settle(desk: Desk) -> None:
    order = desk.world.shipped(lines=[("TEE", "30.00", 2)], freight="10.00")
    nothing = counters(order)
    ticket = desk.apply(order, "refund_only", "late")
    reserved = {"open_quantity": 2, "open_amount": 60, "allocated_share": 60, "freight_open": 10}
    assert counters(order) == nothing | reserved
    ticket = desk.approve(ticket, refund_amount=D("40.00"), **AGREED)
    assert counters(order) == nothing | reserved | {"open_amount": 30}
    assert desk.pay_out(ticket).refunded_amount == 40
    assert counters(order) == nothing | {
        "refunded_quantity": 2, "refunded_amount": 30, "allocated_share": 60, "freight_refunded": 10,
    }  # fmt: skip


def test_release_and_reserve_again(desk: Desk) -> None:
    order = desk.world.shipped(lines=[("TEE", "30.00", 2)], freight="10.00")
    nothing, ticket = counters(order), desk.apply(order, "refund_only", "late")
    reserved = counters(order)
    ticket = reject(desk, ticket)
    assert counters(order) == nothing
    assert not Allocation.of(ticket, ticket.order).reserved
    desk.approve(ticket)
    assert counters(order) == reserved


def test_a_reopened_ticket_pays_what_its_units_are_worth_by_then(desk: Desk) -> None:
    """F-3: its units were of 0.84, and are the ones of 0.83 when support lets it live on."""
    order = desk.world.delivered(lines=[("A", "0.84", 2)], discount="0.01")
    ticket = desk.approve(desk.apply(order, quantity=1))
    ticket = services.close(ticket, now=ticket.due_at)
    other = desk.approve(desk.apply(order, quantity=1))
    assert (ticket.approved_amount, other.approved_amount) == (D("0.84"), D("0.84"))
    ticket = services.reopen(ticket, reason="Late parcel", actor=desk.support, now=NOW)
    assert ticket.approved_amount == D("0.83")
    assert [desk.pay_out(desk.receive(desk.ship_back(t))).refunded_amount for t in (ticket, other)] == [
        D("0.83"), D("0.84"),
    ]  # fmt: skip
    books.check(order)
