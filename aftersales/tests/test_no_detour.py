"""E-6 never by a detour: no conversion pays for goods that the buyer keeps unless a person of the shop has agreed."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest

from aftersales import services
from aftersales.models import Ticket
from aftersales.rules.detour import NOTHING_CAME
from aftersales.services.deadlines import due, fire
from aftersales.states import Due
from kernel.actors import Actor
from kernel.errors import DomainError, Forbidden
from logistics import services as logistics
from logistics.models import Parcel
from orders import services as orders
from orders.models import Order
from refunds.models import Refund
from tests.desk import Desk
from tests.undone import undone
from tests.world import DAY, NOW, World

HOUR = timedelta(hours=1)
REASONS = {
    "exchange": ("wrong_choice", "other", "quality", "not_as_described", "wrong_item", "damaged"),
    "repair": ("fault", "misuse"),
    "reissue": ("missing", "wrong_item", "lost", "damaged"),
}
APPLICATIONS = [(type_, reason) for type_, reasons in REASONS.items() for reason in reasons]


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", on_hand=9)
    return Desk(world)


def by_the_clock(ticket: Ticket) -> Ticket:
    assert ticket.due_at is not None
    assert fire(ticket.pk, Due.APPROVE, now=ticket.due_at)
    return Ticket.objects.get(pk=ticket.pk)


def converted(ticket: Ticket, to: str, actor: Actor) -> Ticket:
    return services.convert(ticket, to=to, actor=actor, now=NOW + 3 * DAY)


ORDERS: dict[str, Callable[[World], Order]] = {
    "shipped": lambda world: world.shipped(),
    # The bare word of a person of the shop.
    "said": lambda world: orders.deliver(world.shipped(), actor=world.actor("mei"), now=NOW),
    "delivered": lambda world: world.delivered(),
}


@pytest.mark.parametrize(("type_", "reason"), APPLICATIONS)
def test_what_the_buyer_keeps_is_paid_by_a_person_alone(desk: Desk, type_: str, reason: str) -> None:
    tried = 0
    for (state, order), person in product(ORDERS.items(), (True, False)):
        with undone():
            try:
                ticket = desk.apply(order(desk.world), type_, reason)
            except DomainError:
                continue  # nothing was delivered that could be exchanged or repaired
            tried += 1
            ticket = desk.approve(ticket) if person else by_the_clock(ticket)
            with_buyer = state == "delivered" or (state == "said" and reason not in NOTHING_CAME)
            ticket = converted(ticket, "refund_only", desk.merchant)
            expected = "pending_review" if with_buyer and not person else "pending_refund"
            assert ticket.status == expected, (state, person)
            assert Refund.objects.exists() == (expected == "pending_refund"), (state, person)
    assert tried >= 4


@pytest.mark.parametrize(("type_", "reason"), [("exchange", "quality"), ("repair", "fault"), ("reissue", "lost")])
def test_a_return_waits_for_the_goods(desk: Desk, type_: str, reason: str) -> None:
    ticket = by_the_clock(desk.apply(desk.world.delivered(), type_, reason))
    assert converted(ticket, "return_refund", desk.merchant).status == "pending_return"


def to_review(desk: Desk, type_: str = "reissue", reason: str = "lost") -> Ticket:
    return converted(by_the_clock(desk.apply(desk.world.delivered(), type_, reason)), "refund_only", desk.merchant)


def test_it_is_a_refund_that_the_clock_never_approves(desk: Desk) -> None:
    ticket = to_review(desk)
    assert (ticket.type, ticket.received, ticket.approved_amount) == ("refund_only", True, None)
    assert ticket.requested_amount == Decimal("198.00")
    assert (ticket.due_action, ticket.due_at) == (Due.OVERDUE, NOW + 3 * DAY + 48 * HOUR)
    assert not due(Due.APPROVE, NOW + 99 * DAY).exists()
    assert fire(ticket.pk, Due.OVERDUE, now=NOW + 9 * DAY)
    assert Ticket.objects.get(pk=ticket.pk).status == "pending_review"
    assert ticket.history().filter(action="convert").get().data == {
        "to": "refund_only",
        "remark": "converted_to_review",
    }


def test_a_person_then_approves_or_rejects_it(desk: Desk) -> None:
    with undone():
        ticket = desk.pay_out(desk.approve(to_review(desk)))
        assert (ticket.status, ticket.refunded_amount) == ("completed", Decimal("198.00"))
    with undone():
        ticket = services.reject(to_review(desk), reason="It was delivered", actor=desk.merchant, now=NOW)
        line = ticket.lines.get().line
        assert (line.open_quantity, line.open_amount, desk.stock("TEE")) == (0, 0, (9, 0))


def test_the_limit_is_of_whoever_approves_it(desk: Desk) -> None:
    order = desk.world.delivered(lines=[("TEE", "99.00", 3)])  # 297.00, above the agent's 200.00
    ticket = converted(by_the_clock(desk.apply(order, "reissue", "lost")), "refund_only", desk.agent)
    assert ticket.status == "pending_review"
    with pytest.raises(Forbidden):
        services.approve(ticket, actor=desk.agent, now=NOW)


def overdue(ticket: Ticket) -> Ticket:
    assert ticket.due_at is not None
    assert fire(ticket.pk, Due.OVERDUE, now=ticket.due_at)
    return Ticket.objects.get(pk=ticket.pk)


@pytest.mark.parametrize(("person", "status"), [(True, "pending_refund"), (False, "pending_review")])
def test_the_buyer_of_an_overdue_reissue(desk: Desk, person: bool, status: str) -> None:
    ticket = desk.apply(desk.world.delivered(), "reissue", "missing")
    ticket = overdue(desk.approve(ticket) if person else by_the_clock(ticket))
    assert services.convert(ticket, to="refund_only", actor=desk.buyer, now=NOW + 20 * DAY).status == status


@pytest.mark.parametrize("type_", ["exchange", "repair"])
def test_goods_that_came_back_are_with_the_shop(desk: Desk, type_: str) -> None:
    reason = "fault" if type_ == "repair" else "quality"
    ticket = desk.ship_back(by_the_clock(desk.apply(desk.world.delivered(), type_, reason)))
    assert fire(ticket.pk, Due.RECEIVE, now=NOW + 20 * DAY)
    ticket = overdue(Ticket.objects.get(pk=ticket.pk))
    assert converted(ticket, "refund_only", desk.buyer).status == "pending_refund"


def test_goods_on_their_way_back_are_not(desk: Desk) -> None:
    """A number that the buyer gave is their word."""
    ticket = desk.ship_back(by_the_clock(desk.apply(desk.world.delivered(), "exchange")), tracking_no="YT1")
    with undone():
        assert converted(ticket, "refund_only", desk.merchant).status == "pending_review"
    parcel = Parcel.objects.get(tracking_no="YT1")
    logistics.report(parcel, status="delivered", actor=desk.integration, now=NOW + DAY)
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert converted(ticket, "refund_only", desk.merchant).status == "pending_refund"


def test_a_replacement_sent_ahead_and_lost(desk: Desk) -> None:
    """The old goods are still with the buyer."""
    ticket = desk.ship_back(by_the_clock(desk.apply(desk.world.delivered(), "exchange")))
    ticket = desk.reship(ticket, advance=True, note="urgent", tracking_no="YT2")
    parcel = Parcel.objects.get(tracking_no="YT2")
    logistics.report(parcel, status="lost", actor=desk.integration, now=NOW + DAY)
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert converted(ticket, "refund_only", desk.merchant).status == "pending_review"


def test_virtual_goods_have_no_return_to_wait_for(desk: Desk) -> None:
    desk.world.sku("KEY", on_hand=9, virtual=True)
    order = desk.world.delivered(lines=[("KEY", "20.00", 1)])
    ticket = converted(by_the_clock(desk.apply(order, "exchange")), "return_refund", desk.merchant)
    assert (ticket.status, ticket.type, ticket.due_action) == ("pending_review", "refund_only", Due.OVERDUE)


def test_an_accepted_offer_is_a_persons_word(desk: Desk) -> None:
    ticket = by_the_clock(desk.apply(desk.world.delivered(), "exchange"))
    ticket = services.offer(ticket, note="Keep it", amount=Decimal(50), actor=desk.merchant, now=NOW)
    ticket = services.accept_offer(ticket, offer=ticket.offers.get().pk, actor=desk.buyer, now=NOW)
    assert (ticket.status, ticket.approved_amount) == ("pending_refund", Decimal(50))


def test_a_paid_difference_goes_back_at_once(desk: Desk) -> None:
    """It was paid for a replacement that is not sent, whatever becomes of the goods."""
    desk.world.sku("TEE-L", price="109.00", title="Tee", on_hand=9)
    order = desk.world.delivered(lines=[("TEE", "99.00", 1)])
    ticket = desk.approve(desk.apply(order, "exchange", "wrong_choice", exchange_sku="TEE-L"))
    ticket = desk.pay_difference(ticket, "10.00")
    assert converted(ticket, "refund_only", desk.merchant).status == "pending_refund"
    ticket = by_the_clock(
        desk.apply(desk.world.delivered(lines=[("TEE", "99.00", 1)]), "exchange", "wrong_choice", exchange_sku="TEE-L")
    )
    ticket = converted(desk.pay_difference(ticket, "10.00"), "refund_only", desk.merchant)
    assert (ticket.status, ticket.requested_amount) == ("pending_review", Decimal("99.00"))
    assert [row.amount for row in ticket.refunds.all()] == [Decimal("10.00")]
