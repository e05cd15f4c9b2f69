"""The one amount that a ticket shows, from the application to its end."""

from decimal import Decimal

import pytest

from aftersales import services
from tests.desk import Desk
from tests.world import World

from ..models import Ticket
from ..wording.amounts import AmountKind, ShownAmount, shown_amount


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", on_hand=9)
    world.revise_policy(consent="note")  # what is tested here is the amounts, not whose yes they need
    return Desk(world)


def test_asked_for_then_approved_then_refunded(desk: Desk, world: World) -> None:
    ticket = desk.apply(world.delivered())
    assert shown_amount(ticket) == ShownAmount(AmountKind.REQUESTED, Decimal("198.00"))
    ticket = desk.approve(ticket, refund_amount=Decimal("150.00"), refund_amount_consent=True, note="agreed")
    assert shown_amount(ticket) == ShownAmount(AmountKind.APPROVED, Decimal("150.00"))
    unit = [{"line_id": ticket.lines.get().line_id, "quantity": 1, "condition": "as_new"}]
    ticket = desk.pay_out(desk.receive(desk.ship_back(ticket), unit))
    shown = shown_amount(ticket)
    assert shown == ShownAmount(AmountKind.REFUNDED, ticket.refunded_amount)
    assert 0 < shown.amount < 150


def test_an_approval_that_came_to_nothing_shows_what_was_asked_for(desk: Desk, world: World) -> None:
    ticket = desk.approve(
        desk.apply(world.delivered()), refund_amount=Decimal("150.00"), refund_amount_consent=True, note="agreed"
    )
    services.withdraw(ticket, actor=desk.buyer, now=desk.now)
    assert shown_amount(Ticket.objects.get()) == ShownAmount(AmountKind.REQUESTED, Decimal("198.00"))


def test_goods_for_goods_shows_none(desk: Desk, world: World) -> None:
    assert shown_amount(desk.apply(world.delivered(), "repair", "fault")) is None
