"""What the merchant opened or caused never uses up the buyer's applications (B-08)."""

import pytest

from aftersales import services
from aftersales.models import Ticket
from kernel.actors import Actor
from orders.models import Order
from tests.desk import Desk
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", on_hand=20)
    return Desk(world)


def used(ticket: Ticket) -> int:
    return Order.objects.get(pk=ticket.order_id).lines.get().failed_applications


def opened_by(desk: Desk, actor: Actor) -> Ticket:
    order = desk.world.delivered()
    photos = (desk.photo(actor.user_id),)
    return services.apply(
        order, desk.application(order, "return_refund", "quality", quantity=1, evidence=photos), actor=actor, now=NOW
    )


@pytest.mark.parametrize("end", ["reject", "withdraw", "close"])
def test_the_buyers_own_count(desk: Desk, end: str) -> None:
    ticket = desk.apply(desk.world.delivered(), quantity=1)
    assert used(ended(desk, ticket, end)) == 1


@pytest.mark.parametrize("end", ["reject", "withdraw", "close"])
@pytest.mark.parametrize("who", ["mei", "wen", "sun"])
def test_what_merchant_or_support_opened_does_not(desk: Desk, who: str, end: str) -> None:
    ticket = opened_by(desk, desk.world.actor(who))
    assert used(ended(desk, ticket, end)) == 0


def ended(desk: Desk, ticket: Ticket, end: str) -> Ticket:
    if end == "reject":
        return services.reject(ticket, reason="No", actor=desk.merchant, now=NOW)
    if end == "withdraw":
        return services.withdraw(ticket, actor=desk.buyer, now=NOW)
    return services.close(desk.approve(ticket), now=NOW)


def test_refused_goods_do_not(desk: Desk) -> None:
    ticket = desk.ship_back(desk.approve(desk.apply(desk.world.delivered(), quantity=1)))
    ticket = services.refuse_goods(ticket, reason="Worn", actor=desk.merchant, now=NOW)
    assert used(ticket) == 0
    assert used(services.withdraw(ticket, actor=desk.buyer, now=NOW)) == 0


def test_what_the_merchant_converted_does_not(desk: Desk) -> None:
    ticket = desk.approve(desk.apply(desk.world.delivered(), "exchange", "quality", quantity=1))
    ticket = services.convert(ticket, to="return_refund", actor=desk.merchant, now=NOW)
    assert ticket.status == "pending_return"
    assert used(services.close(ticket, now=NOW)) == 0


def test_rejected_and_then_withdrawn_is_one(desk: Desk) -> None:
    ticket = services.reject(desk.apply(desk.world.delivered(), quantity=1), reason="No", actor=desk.merchant, now=NOW)
    assert used(services.withdraw(ticket, actor=desk.buyer, now=NOW)) == 1


def test_the_limit_is_not_reached_by_the_shop(desk: Desk) -> None:
    order = desk.world.delivered()
    for _ in range(order.policy.max_applications + 1):
        photos = (desk.photo(desk.merchant.user_id),)
        application = desk.application(order, "return_refund", "quality", quantity=1, evidence=photos)
        ticket = services.apply(order, application, actor=desk.merchant, now=NOW)
        services.reject(ticket, reason="No", actor=desk.merchant, now=NOW)
    assert desk.apply(order, quantity=1).status == "pending_review"
