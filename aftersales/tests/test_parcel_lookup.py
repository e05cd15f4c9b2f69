"""A parcel on the table: which ticket it is, and what to say where nothing is awaited."""

import pytest

from aftersales import services
from aftersales.models import Ticket
from tests.desk import Desk
from tests.world import NOW

from ..selectors.parcel_lookup import matching_tickets, reason_not_receivable, spellings


@pytest.fixture
def desk(world):
    world.sku("TEE", on_hand=5)
    return Desk(world)


@pytest.mark.parametrize(
    ("scanned", "number"),
    [
        (" AS1 \n", "AS1"),
        ("as1", "AS1"),
        ("https://shop.example/tickets/AS1/", "AS1"),
        ("https://shop.example/tickets/AS1?from=slip", "AS1"),
        ("JDVA123-1-1-", "JDVA123"),
        ("E/7", "E/7"),
    ],
)
def test_what_a_scanner_reads(scanned, number):
    assert number in spellings(scanned)


def test_a_number_of_nothing_is_nothing(desk):
    assert spellings("  ") == set()
    assert list(matching_tickets(Ticket.objects.all(), " ", 5)) == []


def test_ticket_waybill_and_order_name_the_same(world, desk):
    other = desk.apply(world.delivered())
    ticket = desk.ship_back(desk.approve(desk.apply(world.delivered())), tracking_no="SF77")
    for number in (ticket.ticket_no, ticket.ticket_no.lower(), "SF77", "sf77", ticket.order.order_no):
        assert list(matching_tickets(Ticket.objects.all(), number, 5)) == [ticket], number
    assert list(matching_tickets(Ticket.objects.filter(shop=world.harbor), ticket.ticket_no, 5)) == []
    assert other not in matching_tickets(Ticket.objects.all(), "SF77", 5)


def test_a_waybill_may_repeat(world, desk):
    for _ in range(3):
        desk.ship_back(desk.approve(desk.apply(world.delivered())), tracking_no="SF77")
    found = list(matching_tickets(Ticket.objects.all(), "SF77", 2))
    assert len(found) == 2
    assert found[0].pk > found[1].pk


class TestWhyNot:
    def test_it_may(self, world, desk):
        ticket = desk.approve(desk.apply(world.delivered()))
        assert (
            reason_not_receivable(ticket, desk.merchant)
            == reason_not_receivable(desk.ship_back(ticket), desk.agent)
            == ""
        )

    def test_others_do_not_count(self, world, desk):
        ticket = desk.approve(desk.apply(world.delivered()))
        assert "members of the shop" in reason_not_receivable(ticket, desk.support)

    def test_before_the_decision(self, world, desk):
        assert "been approved yet" in reason_not_receivable(desk.apply(world.delivered()), desk.merchant)

    def test_received_before(self, world, desk):
        ticket = desk.receive(desk.ship_back(desk.approve(desk.apply(world.delivered()))))
        assert reason_not_receivable(ticket, desk.merchant) == "Its goods were already received on 2026-03-02 10:00."

    def test_nothing_comes_back(self, world, desk):
        claim = desk.apply(world.delivered(), "refund_only", "compensation")
        kept = desk.approve(desk.apply(world.delivered()), returnless=True)
        for ticket in (claim, kept):
            assert "nothing to receive" in reason_not_receivable(ticket, desk.merchant)

    def test_rejected(self, world, desk):
        ticket = desk.apply(world.delivered())
        ticket = services.reject(ticket, reason="No.", actor=desk.merchant, now=NOW)
        assert "It was rejected" in reason_not_receivable(ticket, desk.merchant)

    def test_refused_goods_may_be_taken_after_all(self, world, desk):
        ticket = desk.ship_back(desk.approve(desk.apply(world.delivered())))
        ticket = services.refuse_goods(ticket, reason="A brick.", actor=desk.merchant, now=NOW)
        assert reason_not_receivable(ticket, desk.merchant) == ""

    def test_ended(self, world, desk):
        ticket = services.withdraw(desk.apply(world.delivered()), actor=desk.buyer, now=NOW)
        assert "It has ended: withdrawn" in reason_not_receivable(ticket, desk.merchant)
