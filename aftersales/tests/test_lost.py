"""A replacement that the courier reports as lost: who does what by when, and what is true once it is found."""

from datetime import timedelta

import pytest

from aftersales import services
from aftersales.models import Ticket
from kernel.actors import COURIER
from kernel.jobs import Outcome, job
from tests.desk import Desk
from tests.world import DAY, NOW, SECOND, World

from .test_missing import fresh, scan, sent

ZERO = timedelta(0)
GONE = NOW + 3 * DAY
TYPES = ["exchange", "repair", "reissue"]


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", on_hand=9)
    return Desk(world)


def lost(desk: Desk, type_: str = "exchange") -> Ticket:
    ticket = sent(desk, type_)
    scan(ticket, "lost", GONE)
    return fresh(ticket)


@pytest.mark.parametrize("off", [-SECOND, ZERO, SECOND])
@pytest.mark.parametrize("type_", TYPES)
def test_the_shop_has_its_days_then_the_buyer_may_convert(desk: Desk, type_: str, off: timedelta) -> None:
    ticket, at = lost(desk, type_), GONE + 7 * DAY + off
    assert job("mark_overdue").run(at, False) == Outcome(done=int(off >= ZERO))
    assert job("complete_reshipped").run(NOW + 60 * DAY, False) == Outcome()
    assert ("convert" in services.allowed_actions(fresh(ticket), desk.buyer, now=at)) is (off >= ZERO)
    assert {"reship", "convert"} <= set(services.allowed_actions(fresh(ticket), desk.merchant, now=at))


def test_a_second_report_of_the_same_parcel_gives_no_more_time(desk: Desk) -> None:
    ticket = lost(desk)
    scan(ticket, "returned", GONE + 5 * DAY, desk.merchant)
    assert (fresh(ticket).lost_at, fresh(ticket).due_at) == (GONE, GONE + 7 * DAY)


@pytest.mark.parametrize("off", [-SECOND, ZERO, SECOND])
@pytest.mark.parametrize("type_", TYPES)
def test_found_and_delivered_the_days_go_on_with_what_was_left(desk: Desk, type_: str, off: timedelta) -> None:
    ticket = lost(desk, type_)
    scan(ticket, "delivered", GONE + 2 * DAY)
    ticket = fresh(ticket)
    assert (ticket.lost_at, ticket.due_at, ticket.due_action) == (None, NOW + 16 * DAY, "complete")
    assert ticket.history().latest("sequence").action == "find_replacement"
    assert "reship" not in services.allowed_actions(ticket, desk.merchant, now=GONE)
    assert job("complete_reshipped").run(NOW + 16 * DAY + off, False).done == int(off >= ZERO)


def test_found_after_the_buyer_said_that_nothing_came(desk: Desk) -> None:
    ticket = services.not_arrived(sent(desk), actor=desk.buyer, now=NOW + 2 * DAY)
    scan(ticket, "lost", GONE)
    scan(ticket, "delivered", GONE + DAY)
    ticket = fresh(ticket)
    assert (ticket.lost_at, ticket.not_arrived_at) == (None, None)
    # Two days stood still, and each counts once.
    assert (ticket.due_at, ticket.due_action) == (NOW + 16 * DAY, "complete")


def test_the_shops_word_finds_nothing(desk: Desk) -> None:
    """B-19: who pays does not move the clock towards the completion."""
    ticket = lost(desk)
    scan(ticket, "delivered", GONE + DAY, desk.merchant)
    assert (fresh(ticket).lost_at, fresh(ticket).due_action) == (GONE, "overdue")


@pytest.mark.parametrize("type_", TYPES)
@pytest.mark.parametrize("reported", [True, False])
def test_what_the_buyer_has_is_not_lost(desk: Desk, type_: str, reported: bool) -> None:
    ticket = lost(desk, type_) if reported else sent(desk, type_)
    ticket = services.confirm_replacement(ticket, actor=desk.buyer, now=GONE + DAY)
    parcel = ticket.replacement_parcel
    assert parcel is not None
    assert (ticket.status, parcel.status, parcel.delivered_at) == ("completed", "delivered", GONE + DAY)
    assert [event.words for event in parcel.events.all()][-1] == "The buyer confirmed it arrived."
    last = parcel.history().latest("sequence")
    assert (last.actor_kind, last.words) == (COURIER.kind, "The buyer confirmed it arrived.")


def test_the_clock_says_nothing_of_the_parcel(desk: Desk) -> None:
    ticket = sent(desk)
    assert job("complete_reshipped").run(NOW + 14 * DAY, False).done == 1
    parcel = fresh(ticket).replacement_parcel
    assert parcel is not None
    assert parcel.status == "in_transit"
