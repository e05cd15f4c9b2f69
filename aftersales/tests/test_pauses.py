"""The holiday pause: what was left when it began is left when it ends."""

from datetime import timedelta

import pytest

from aftersales import services
from aftersales.models import Ticket
from aftersales.policy import paused
from aftersales.services.pauses import announce, call_off
from kernel.errors import Conflict, Forbidden, Invalid
from kernel.jobs import job
from tests.desk import Desk
from tests.world import NOW, SECOND, World

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


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
