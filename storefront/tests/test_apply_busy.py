"""Goods that are in a ticket already: shown with it, never ticked, and no detour to a part of the money."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from aftersales import services
from aftersales.models import Ticket
from aftersales.rules.application import Application, LineRequest
from orders.models import Order, OrderLine
from tests.browser import text
from tests.desk import Desk
from tests.world import World

from .filled import body, send, ticket_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now", "stock")]


@pytest.fixture
def order(world: World) -> Order:
    world.sku("CAP", on_hand=5)
    return world.delivered(lines=[("TEE", "99.00", 3), ("CAP", "20.00", 1)])


def url(order: Order, more: str = "") -> str:
    return f"/orders/{order.order_no}/apply/{more}"


def asked(desk: Desk, line: OrderLine, units: int, **more: Any) -> Ticket:
    values: dict[str, Any] = {"type": "return_refund", "reason": "wrong_choice"} | more
    application = Application(lines=(LineRequest(line.pk, units),), evidence=(desk.photo(),), **values)
    return services.apply(line.order, application, actor=desk.buyer, now=desk.now)


def claimed(desk: Desk, line: OrderLine) -> Ticket:
    return asked(desk, line, 1, type="refund_only", reason="compensation", claimed_amount=Decimal(10))


def box(page: str, line: OrderLine) -> str:
    return re.findall(rf'<input class="as-check" id="line-{line.pk}"[^>]*>', page)[0]


def test_a_line_in_a_ticket_is_shown_with_it_and_cannot_be_ticked(
    world: World, desk: Desk, alice: Client, order: Order
) -> None:
    tee, cap = world.lines(order)
    ticket = asked(desk, cap, 1)
    page = text(alice.get(url(order)))
    assert " checked" in box(page, tee)
    assert " checked" not in box(page, cap)
    assert " disabled" in box(page, cap)
    assert "There's already an open ticket" in page
    assert re.search(rf'href="/tickets/{ticket.ticket_no}/">.*?In ticket {ticket.ticket_no}', page, re.DOTALL)
    assert body(page)["line"] == [str(tee.pk)]
    # The address of the line itself leads to what may still be chosen.
    assert body(text(alice.get(url(order, f"?line={cap.pk}"))))["line"] == [str(tee.pk)]


def test_where_all_is_in_tickets_nothing_is_offered_anywhere(
    world: World, desk: Desk, alice: Client, order: Order
) -> None:
    tickets = [asked(desk, line, line.quantity) for line in world.lines(order)]
    page = text(alice.get(url(order)))
    assert "There's nothing here to request right now" in page
    assert 'id="apply"' not in page
    for ticket in tickets:
        assert f'href="/tickets/{ticket.ticket_no}/"' in page
    for address in ("/orders/", f"/orders/{order.order_no}/"):
        assert "/apply/" not in text(alice.get(address)), address


def test_of_some_units_the_others_are_offered_and_never_a_part_of_the_price_of_all(
    world: World, desk: Desk, alice: Client, order: Order
) -> None:
    tee, _cap = world.lines(order)
    ticket = asked(desk, tee, 1)
    page = text(alice.get(url(order, f"?line={tee.pk}")))
    assert re.search(rf'name="quantity_{tee.pk}" [^>]*max="2"', page)
    assert f"In ticket {ticket.ticket_no}" in page
    chosen = body(page) | {f"quantity_{tee.pk}": "3", "type": "refund_only", "seen": ""}
    more = text(alice.post(url(order, "quote/"), chosen))
    assert re.search(r'value="refund_only" disabled', more)
    assert "Enter how much you ask for" not in more


def test_a_claim_may_be_changed_while_another_ticket_has_the_units(
    world: World, desk: Desk, alice: Client, order: Order
) -> None:
    _tee, cap = world.lines(order)
    claim, _other = claimed(desk, cap), asked(desk, cap, 1)
    address = f"/tickets/{claim.ticket_no}/amend/"
    page = text(alice.get(address))
    assert " checked" in box(page, cap)
    assert body(page)["claimed_amount"] == ["10.00"]
    done = ticket_of(send(alice, address, claimed_amount="8.00"))
    assert (done.pk, done.claimed_amount) == (claim.pk, Decimal("8.00"))


def test_a_claim_is_named_and_its_goods_stay_free(world: World, desk: Desk, alice: Client, order: Order) -> None:
    _tee, cap = world.lines(order)
    ticket = claimed(desk, cap)
    page = text(alice.get(url(order, f"?line={cap.pk}")))
    assert " checked" in box(page, cap)
    assert f"In ticket {ticket.ticket_no}" in page


@pytest.mark.parametrize("ended", [True, False])
def test_an_ended_ticket_is_not_named(world: World, desk: Desk, alice: Client, order: Order, ended: bool) -> None:
    _tee, cap = world.lines(order)
    ticket = asked(desk, cap, 1)
    if ended:
        services.withdraw(ticket, actor=desk.buyer, now=desk.now)
    page = text(alice.get(url(order)))
    assert (f"In ticket {ticket.ticket_no}" in page) is not ended
    assert (" disabled" in box(page, cap)) is not ended
