"""Approving, beyond its amounts (test_amounts.py, test_ledger.py): the return address, the fee, the ten days more."""

from decimal import Decimal

import pytest

from aftersales.models import Ticket
from kernel.errors import AmountExceeded, NotEligible
from logistics import services as logistics
from logistics.models import ReturnAddress
from orders.models import Note, Order
from tests.desk import Desk
from tests.world import DAY, World

from . import books

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def desk(world: World) -> Desk:
    world.revise_policy(consent="note")  # what is tested here is the amounts, not whose yes they need
    return Desk(world)


def address(desk: Desk, **values: object) -> ReturnAddress:
    return ReturnAddress.objects.create(
        **({"shop": desk.world.lantern, "name": "Other", "phone": "2", "address": "Dock 2"} | values)
    )


def test_a_return_goes_to_the_address_that_was_chosen(desk: Desk) -> None:
    other = address(desk)
    ticket = desk.approve(desk.apply(desk.world.delivered()), return_address_id=other.pk)
    assert ticket.return_address_copy is not None
    assert ticket.return_address_copy["address"] == "Dock 2"


def test_a_retired_address_is_none(desk: Desk) -> None:
    other = address(desk)
    logistics.retire_address(other, actor=desk.merchant)
    ticket = desk.apply(desk.world.delivered())
    with pytest.raises(NotEligible) as refused:
        desk.approve(ticket, return_address_id=other.pk)
    assert refused.value.reasons == ["no_return_address"]
    assert Ticket.objects.get(pk=ticket.pk).status == "pending_review"


def test_nor_is_one_of_another_shop(desk: Desk) -> None:
    theirs = ReturnAddress.objects.get(shop=desk.world.harbor)
    with pytest.raises(NotEligible):
        desk.approve(desk.apply(desk.world.delivered()), return_address_id=theirs.pk)


def test_where_all_are_retired_nothing_is_approved_that_has_to_come_back(desk: Desk) -> None:
    logistics.retire_address(ReturnAddress.objects.get(shop=desk.world.lantern), actor=desk.merchant)
    with pytest.raises(NotEligible) as refused:
        desk.approve(desk.apply(desk.world.delivered()))
    assert refused.value.reasons == ["no_return_address"]


@pytest.mark.parametrize(("fee", "approved"), [("198.00", None), ("197.99", "0.01"), ("198.01", None)])
def test_the_fee_leaves_something_of_the_amount(desk: Desk, fee: str, approved: str | None) -> None:
    """F-11, B-13: never below zero, and nobody agrees to nothing."""
    ticket = desk.apply(desk.world.shipped(), "refund_only", "late")
    agreed = {"service_fee": D(fee), "service_fee_consent": True, "note": "chat"}
    if approved is None:
        with pytest.raises(AmountExceeded):
            desk.approve(ticket, **agreed)
        assert Ticket.objects.get(pk=ticket.pk).status == "pending_review"
    else:
        assert desk.approve(ticket, **agreed).approved_amount == D(approved)
    books.check(ticket.order)


def test_the_fee_of_a_claim_is_at_most_what_is_approved_of_it(desk: Desk) -> None:
    """Not at most the ceiling, which is 198.00 here."""
    claim = desk.apply(desk.world.delivered(), "refund_only", "compensation", claimed_amount=D("10.00"))
    agreed = {"service_fee_consent": True, "note": "chat"}
    with pytest.raises(AmountExceeded):
        desk.approve(claim, service_fee=D("10.01"), **agreed)
    assert desk.approve(claim, service_fee=D("9.99"), **agreed).approved_amount == D("0.01")
    books.check(claim.order)


def test_the_ten_days_are_given_once_a_ticket(desk: Desk) -> None:
    """S-093: whatever way leads to a second approval."""
    order = desk.world.delivered()
    ticket = desk.apply(order)
    left = Order.objects.get(pk=order.pk).receipt_left
    assert left is not None
    assert desk.approve(ticket).receipt_extended
    assert Order.objects.get(pk=order.pk).receipt_left == left + 10 * DAY
    again = desk.apply(desk.world.delivered())
    Ticket.objects.filter(pk=again.pk).update(receipt_extended=True)
    left, notes = Order.objects.get(pk=again.order_id).receipt_left, Note.objects.count()
    desk.approve(again)
    assert (Order.objects.get(pk=again.order_id).receipt_left, Note.objects.count()) == (left, notes)
