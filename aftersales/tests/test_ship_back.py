"""The way back is recorded as it was paid; the merchant owes it where the fault is not the buyer's."""

from decimal import Decimal

from tests.desk import Desk
from tests.world import World


def sent_back(world: World, reason: str, *paid: Decimal | None) -> Decimal:
    desk = Desk(world)
    ticket = desk.approve(desk.apply(world.delivered(), "return_refund", reason))
    for amount in paid:
        ticket = desk.ship_back(ticket, freight_paid=amount)
    return ticket.return_freight_amount


def test_the_merchant_owes_it_for_the_merchants_fault(world: World) -> None:
    assert sent_back(world, "quality", Decimal("12.00")) == Decimal("12.00")


def test_not_for_the_buyers_choice(world: World) -> None:
    assert sent_back(world, "no_reason", Decimal("12.00")) == 0


def test_who_corrects_the_number_leaves_it_as_it_was(world: World) -> None:
    assert sent_back(world, "quality", Decimal("12.00"), None) == Decimal("12.00")


def test_a_later_word_replaces_it(world: World) -> None:
    assert sent_back(world, "quality", Decimal("12.00"), Decimal("9.00")) == Decimal("9.00")


def test_at_most_the_shops_standard(world: World) -> None:
    world.revise_policy(return_freight_standard=Decimal("8.00"))
    assert sent_back(world, "quality", Decimal("12.00")) == Decimal("8.00")


def test_a_standard_in_another_currency_is_no_limit(world: World) -> None:
    world.revise_policy(return_freight_standard=Decimal("8.00"))
    desk = Desk(world)
    ticket = desk.approve(desk.apply(world.delivered(currency="JPY", lines=[("TEE", "1000", 1)])))
    assert desk.ship_back(ticket, freight_paid=Decimal(500)).return_freight_amount == 500
