"""The holiday pause: what was left when it began is left when it ends."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Holiday, Shop
from accounts.pauses import in_year
from aftersales import services
from aftersales.models import Ticket
from aftersales.policy import paused
from aftersales.services.pauses import announce, call_off
from kernel.actors import COURIER
from kernel.errors import Conflict, Forbidden, Invalid
from kernel.jobs import job
from kernel.models import Change
from logistics.services import report
from orders.models import Order
from tests.desk import Desk
from tests.world import NOW, SECOND, World

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def test_a_running_deadline_is_moved_by_the_pause(desk: Desk) -> None:
    ticket = desk.apply(desk.world.delivered())
    other = desk.apply(desk.world.delivered(shop=desk.world.harbor))
    announce(desk.world.lantern, starts_at=NOW + DAY, ends_at=NOW + 8 * DAY, actor=desk.merchant, now=NOW)
    ticket, other = Ticket.objects.get(pk=ticket.pk), Ticket.objects.get(pk=other.pk)
    assert (ticket.due_at, other.due_at) == (NOW + 9 * DAY, NOW + 2 * DAY)
    job("approve_unanswered").run(NOW + 9 * DAY - SECOND, False)
    assert Ticket.objects.get(pk=ticket.pk).status == "pending_review"
    job("approve_unanswered").run(NOW + 9 * DAY, False)
    assert Ticket.objects.get(pk=ticket.pk).status == "pending_return"


def test_a_deadline_that_begins_later_is_reckoned_with_it(desk: Desk) -> None:
    announce(desk.world.lantern, starts_at=NOW + DAY, ends_at=NOW + 8 * DAY, actor=desk.support, now=NOW)
    desk.world.lantern.refresh_from_db()
    ticket = desk.apply(desk.world.delivered())
    assert ticket.due_at == NOW + 9 * DAY
    in_the_pause = services.reject(ticket, reason="No", actor=desk.merchant, now=NOW + 2 * DAY)
    assert in_the_pause.due_at == NOW + 15 * DAY  # 7 days from its end
    after = services.reopen(in_the_pause, reason="Again", actor=desk.support, now=NOW + 8 * DAY)
    assert after.due_at == NOW + 10 * DAY


@pytest.mark.parametrize(
    ("start", "due", "expected"),
    [(0, 1, 1), (0, 2, 2), (0, 3, 6), (2, 3, 6), (4, 6, 7), (5, 6, 6), (6, 7, 7)],
)
def test_only_what_overlaps_counts(desk: Desk, start: int, due: int, expected: int) -> None:
    shop = desk.world.lantern
    shop.pause_starts_at, shop.pause_ends_at = NOW + 2 * DAY, NOW + 5 * DAY
    assert paused(shop, NOW + start * DAY, NOW + due * DAY) == NOW + expected * DAY


def test_calling_it_off_puts_deadlines_back(desk: Desk) -> None:
    ticket = desk.apply(desk.world.delivered())
    announce(desk.world.lantern, starts_at=NOW + DAY, ends_at=NOW + 8 * DAY, actor=desk.merchant, now=NOW)
    call_off(desk.world.lantern, actor=desk.merchant, now=NOW)
    assert Ticket.objects.get(pk=ticket.pk).due_at == NOW + 2 * DAY
    with pytest.raises(Conflict):
        call_off(desk.world.lantern, actor=desk.merchant, now=NOW)


def test_who_may_and_when(desk: Desk) -> None:
    shop, ends = desk.world.lantern, NOW + 3 * DAY
    with pytest.raises(Forbidden):
        announce(shop, starts_at=NOW + DAY, ends_at=ends, actor=desk.agent, now=NOW)
    with pytest.raises(Invalid):
        announce(shop, starts_at=NOW - SECOND, ends_at=ends, actor=desk.merchant, now=NOW)
    with pytest.raises(Invalid):
        announce(shop, starts_at=NOW + DAY, ends_at=NOW + DAY, actor=desk.merchant, now=NOW)
    announce(shop, starts_at=NOW + DAY, ends_at=ends, actor=desk.merchant, now=NOW)
    with pytest.raises(Conflict):
        announce(shop, starts_at=NOW + 5 * DAY, ends_at=NOW + 6 * DAY, actor=desk.merchant, now=NOW)


def test_31_days_a_year_in_all(desk: Desk) -> None:
    shop = desk.world.lantern
    announce(shop, starts_at=NOW + DAY, ends_at=NOW + 21 * DAY, actor=desk.merchant, now=NOW)
    later = NOW + 30 * DAY
    for days, fine in ((12, False), (11, True)):
        if fine:
            announce(shop, starts_at=later, ends_at=later + days * DAY, actor=desk.merchant, now=later)
        else:
            with pytest.raises(Invalid):
                announce(shop, starts_at=later, ends_at=later + days * DAY, actor=desk.merchant, now=later)
    after = NOW + 60 * DAY
    with pytest.raises(Invalid):
        announce(shop, starts_at=after, ends_at=after + SECOND, actor=desk.merchant, now=after)
    new_year = NOW.replace(month=12, day=31, hour=0) + DAY
    announce(shop, starts_at=new_year, ends_at=new_year + 31 * DAY, actor=desk.merchant, now=after)


def test_a_pause_that_is_over_is_still_left_out(desk: Desk) -> None:
    """A deadline that is set anew from a date before it, after another pause was announced."""
    shop = desk.world.lantern
    announce(shop, starts_at=NOW + DAY, ends_at=NOW + 5 * DAY, actor=desk.merchant, now=NOW)
    announce(shop, starts_at=NOW + 40 * DAY, ends_at=NOW + 41 * DAY, actor=desk.merchant, now=NOW + 6 * DAY)
    shop.refresh_from_db()
    assert paused(shop, NOW, NOW + 2 * DAY) == NOW + 6 * DAY
    assert paused(shop, NOW, NOW + 50 * DAY) == NOW + 55 * DAY


class TestRefundDuty:
    """D-4 art. 13: seven days to refund, whatever the shop celebrates."""

    def test_the_alarm_of_a_refund_is_not_moved(self, desk: Desk) -> None:
        ticket = desk.apply(desk.world.place_order(), "refund_only", "dont_want")
        announce(desk.world.lantern, starts_at=NOW + DAY, ends_at=NOW + 9 * DAY, actor=desk.merchant, now=NOW)
        assert Ticket.objects.get(pk=ticket.pk).due_at == NOW + 3 * DAY

    @pytest.mark.parametrize(("days", "due"), [(3, 5), (5, 7), (9, 7)])
    def test_goods_that_came_are_paid_within_seven_days(self, desk: Desk, days: int, due: int) -> None:
        ticket = desk.ship_back(desk.approve(desk.apply(desk.world.delivered())))
        assert ticket.return_parcel is not None
        report(ticket.return_parcel, status="delivered", actor=COURIER, now=NOW)
        announce(desk.world.lantern, starts_at=NOW + DAY, ends_at=NOW + (1 + days) * DAY, actor=desk.merchant, now=NOW)
        assert Ticket.objects.get(pk=ticket.pk).due_at == NOW + due * DAY

    def test_nor_are_refused_goods_kept_longer(self, desk: Desk) -> None:
        ticket = desk.ship_back(desk.approve(desk.apply(desk.world.delivered())))
        services.refuse_goods(ticket, reason="Worn", actor=desk.merchant, now=NOW)
        announce(desk.world.lantern, starts_at=NOW + DAY, ends_at=NOW + 9 * DAY, actor=desk.merchant, now=NOW)
        assert Ticket.objects.get(pk=ticket.pk).due_at == NOW + 7 * DAY


class TestOrders:
    def test_receipt_and_shipping_stand_still(self, desk: Desk) -> None:
        sent, waiting = desk.world.shipped(), desk.world.place_order(placed_at=NOW, now=NOW)
        announce(desk.world.lantern, starts_at=NOW + DAY, ends_at=NOW + 9 * DAY, actor=desk.merchant, now=NOW)
        assert Order.objects.get(pk=sent.pk).receipt_due_at == NOW + 22 * DAY
        assert Order.objects.get(pk=waiting.pk).ship_due_at == NOW + 10 * DAY
        call_off(desk.world.lantern, actor=desk.merchant, now=NOW)
        assert Order.objects.get(pk=sent.pk).receipt_due_at == NOW + 14 * DAY
        assert Order.objects.get(pk=waiting.pk).ship_due_at == NOW + 2 * DAY

    def test_clocks_that_begin_later_are_set_with_it(self, desk: Desk) -> None:
        announce(desk.world.lantern, starts_at=NOW + DAY, ends_at=NOW + 9 * DAY, actor=desk.merchant, now=NOW)
        desk.world.lantern.refresh_from_db()
        order = desk.world.place_order(placed_at=NOW, now=NOW)
        assert order.ship_due_at == NOW + 10 * DAY
        assert desk.world.ship(order).receipt_due_at == NOW + 22 * DAY

    def test_a_ticket_in_between_gives_back_what_was_left(self, desk: Desk) -> None:
        order = desk.world.shipped()
        announce(desk.world.lantern, starts_at=NOW + DAY, ends_at=NOW + 9 * DAY, actor=desk.merchant, now=NOW)
        desk.now = NOW + 12 * HOUR
        ticket = desk.apply(Order.objects.get(pk=order.pk), "return_refund", "other")
        assert Order.objects.get(pk=order.pk).receipt_left == 14 * DAY - 12 * HOUR
        services.withdraw(ticket, actor=desk.buyer, now=NOW + 10 * DAY)
        assert Order.objects.get(pk=order.pk).receipt_due_at == NOW + 24 * DAY - 12 * HOUR

    def test_nothing_counts_as_received_during_one(self, desk: Desk) -> None:
        order = desk.world.shipped()
        announce(desk.world.lantern, starts_at=NOW + DAY, ends_at=NOW + 31 * DAY, actor=desk.merchant, now=NOW)
        # Set by somebody who had not seen the pause.
        Order.objects.filter(pk=order.pk).update(receipt_due_at=NOW + 14 * DAY)
        assert job("confirm_receipt").run(NOW + 31 * DAY - SECOND, False).done == 0
        assert job("confirm_receipt").run(NOW + 31 * DAY, False).done == 1


@pytest.mark.parametrize(("off", "status"), [(-SECOND, "pending_review"), (0 * SECOND, "pending_return")])
def test_a_deadline_that_was_set_without_seeing_the_pause_is_put_off(desk: Desk, off: timedelta, status: str) -> None:
    ticket = desk.apply(desk.world.delivered())
    announce(desk.world.lantern, starts_at=NOW + DAY, ends_at=NOW + 8 * DAY, actor=desk.merchant, now=NOW)
    Ticket.objects.filter(pk=ticket.pk).update(due_at=NOW + 2 * DAY)
    job("approve_unanswered").run(NOW + 2 * DAY, False)
    assert Ticket.objects.get(pk=ticket.pk).due_at == NOW + 9 * DAY
    job("approve_unanswered").run(NOW + 9 * DAY + off, False)
    assert Ticket.objects.get(pk=ticket.pk).status == status


def test_a_pause_is_announced_from_the_calendar(desk: Desk, sit: Any) -> None:
    """What root enters is offered to the shop's manager, and becomes the pause; the change has its history."""
    world, first = desk.world, timezone.localdate() + timedelta(days=40)
    Holiday.objects.all().delete()  # whatever the day of this test is: no other one begins on it
    entry = {"shop": "", "name_zh": "春节", "name_en": "Spring Festival", "first": first, "last": first + 8 * DAY}
    assert sit("root").post("/admin/accounts/holiday/add/", entry).status_code == 302
    holiday = Holiday.objects.get(first=first)
    address = f"/admin/accounts/shop/{world.lantern.pk}/pause/"
    mei = sit("mei")
    assert f"Spring Festival · {first:%Y-%m-%d}–{first + 8 * DAY:%m-%d}" in mei.get(address).content.decode()
    assert mei.post(address, {"holiday": f"{first}"}).status_code == 302
    shop = Shop.objects.get(pk=world.lantern.pk)
    assert (shop.pause_starts_at, shop.pause_ends_at) == (holiday.starts_at, holiday.ends_at)
    assert Change.objects.filter(shop_id=shop.pk, subject="pause").count() == 1
    holiday.delete()  # what was announced stays
    assert Shop.objects.get(pk=world.lantern.pk).pause_starts_at == shop.pause_starts_at


def test_the_official_days_are_more_than_a_shop_may_pause(desk: Desk) -> None:
    stops = [(one.starts_at, one.ends_at) for one in Holiday.objects.filter(shop=None)]
    assert in_year(stops, 2026) == 33 * DAY  # a shop chooses among them


def test_the_buyer_reads_it(desk: Desk, sit: Any) -> None:
    ticket = desk.apply(desk.world.delivered())
    start = timezone.now() + DAY
    announce(desk.world.lantern, starts_at=start, ends_at=start + 3 * DAY, actor=desk.merchant, now=timezone.now())
    for page in (f"/tickets/{ticket.ticket_no}/", f"/orders/{ticket.order.order_no}/"):
        assert "closed for a holiday from" in sit("alice").get(page).content.decode(), page
