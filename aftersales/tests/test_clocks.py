"""Every clock of a ticket (contract §5, part C) one second before, at and after its end, rung by its job."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from threading import Thread
from typing import Any

import pytest
from django.db import connection

from aftersales import services
from aftersales.models import Keyword, Ticket
from aftersales.rules.application import Application, LineRequest
from kernel.actors import COURIER
from kernel.jobs import Outcome, job
from logistics import services as logistics
from logistics.models import Parcel, ReturnAddress
from orders import services as orders
from tests.desk import Desk
from tests.world import DAY, NOW, SECOND, World

from ..services import deadlines as ringing

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(world: World) -> Desk:
    desk = Desk(world)
    world.sku("TEE", on_hand=9)
    return desk


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def scan(parcel: Parcel | None, status: str, at: datetime) -> None:
    assert parcel is not None
    logistics.report(parcel, status=status, actor=COURIER, now=at)


def rings(ticket: Ticket, name: str, length: timedelta, verb: str) -> Ticket:
    """Nothing a second before the end, done at it, and nothing again a second later."""
    run = job(name).run
    assert ticket.due_at == NOW + length
    assert run(NOW + length - SECOND, False) == Outcome()
    assert fresh(ticket).status == ticket.status
    assert run(NOW + length, True) == Outcome(done=1)
    assert fresh(ticket).status == ticket.status
    assert fresh(ticket).overdue_since is None
    assert run(NOW + length, False) == Outcome(done=1)
    assert run(NOW + length + SECOND, False) == Outcome()
    last = ticket.history().filter(actor_kind="clock").get()
    assert (last.action, last.at) == (verb, NOW + length)
    return fresh(ticket)


def approved(ticket: Ticket) -> Ticket:
    return rings(ticket, "approve_unanswered", 48 * HOUR, "approve")


def only_overdue(ticket: Ticket, length: timedelta) -> Ticket:
    late = rings(ticket, "mark_overdue", length, "overdue")
    assert late.status == ticket.status
    assert late.overdue_since == NOW + length
    assert services.allowed_actions(late, COURIER, now=NOW) == services.allowed_actions(ticket, COURIER, now=NOW)
    return late


# --- review: 48 hours ---------------------------------------------------------------------------------------


def test_the_clock_approves_a_refund_of_goods_under_way(desk: Desk) -> None:
    ticket = approved(desk.apply(desk.world.shipped(), "refund_only", "not_received"))
    assert (ticket.status, ticket.approved_amount) == ("pending_refund", Decimal("198.00"))
    assert ticket.refunds.count() == 1


@pytest.mark.parametrize(
    ("type_", "reason"), [("return_refund", "quality"), ("exchange", "quality"), ("repair", "fault")]
)
def test_the_clock_approves_what_comes_back(desk: Desk, type_: str, reason: str) -> None:
    ticket = approved(desk.apply(desk.world.delivered(), type_, reason))
    assert ticket.status == "pending_return"
    assert ticket.return_address_copy is not None
    assert ticket.return_address_copy["address"] == "Dock 1"
    assert ticket.due_at == NOW + 48 * HOUR + 7 * DAY


def test_the_clock_approves_a_reissue(desk: Desk) -> None:
    assert approved(desk.apply(desk.world.shipped(), "reissue", "lost", quantity=1)).status == "pending_reship"


def test_a_packed_refund_waits_48_hours_for_the_warehouse(desk: Desk) -> None:
    """B-01: it may have left the house; if nobody says so, the money goes back."""
    order = orders.pack(desk.world.place_order(placed_at=NOW, now=NOW), actor=desk.integration, now=NOW)
    ticket = desk.apply(order, "refund_only", "dont_want")
    assert ticket.status == "pending_review"
    assert approved(ticket).status == "pending_refund"


@pytest.mark.parametrize("case", ["delivered", "buyer says so", "claimed", "claimed before receipt"])
def test_the_clock_never_gives_money_for_goods_that_stay(desk: Desk, case: str) -> None:
    """E-6: only the merchant or a ruling may."""
    order = desk.world.shipped() if case != "delivered" else desk.world.delivered()
    more: dict[str, Any] = {"received": True} if case == "buyer says so" else {}
    if case.startswith("claimed"):
        more = {"claimed_amount": Decimal("5.00"), "received": case == "claimed"}
    only_overdue(desk.apply(order, "refund_only", "compensation", **more), 48 * HOUR)


def test_an_alert_waits_for_a_person(desk: Desk) -> None:
    """S-152."""
    Keyword.objects.create(shop=desk.world.lantern, type="exchange", word="swap")
    ticket = desk.apply(desk.world.delivered(), "return_refund", "quality", description="Please SWAP it")
    assert ticket.alerts == ["keyword_mismatch"]
    only_overdue(ticket, 48 * HOUR)


def test_without_a_return_address_nothing_is_approved_by_the_clock(desk: Desk) -> None:
    ReturnAddress.objects.all().delete()
    ticket = desk.apply(desk.world.delivered(), "return_refund", "quality")
    late = rings(ticket, "approve_unanswered", 48 * HOUR, "overdue")
    assert (late.status, late.overdue_since) == ("pending_review", NOW + 48 * HOUR)
    assert late.history().latest("sequence").data == {"remark": "no_return_address"}


def test_what_needs_no_return_address_is_approved_without_one(desk: Desk) -> None:
    ReturnAddress.objects.all().delete()
    ticket = desk.apply(desk.world.shipped(), "refund_only", "not_received")
    assert approved(ticket).status == "pending_refund"


class TestDeliveredMeanwhile:
    """B-17: the deadline judges by the facts of its moment, by the parcel of the line."""

    def parcels(self, desk: Desk) -> tuple[Ticket, list[Parcel]]:
        order = desk.world.place_order(lines=[("TEE", "10.00", 1), ("CUP", "5.00", 1)])
        for line in desk.world.lines(order):
            logistics.ship(
                order, courier="sf", tracking_no=f"P{line.position}", lines=[line.pk], actor=desk.merchant, now=NOW
            )
        tee, _cup = desk.world.lines(order)
        asked = Application("refund_only", "not_received", (LineRequest(tee.pk, 1),))
        return services.apply(tee.order, asked, actor=desk.buyer, now=NOW), list(order.parcels.order_by("id"))

    @pytest.mark.parametrize("before", [SECOND, timedelta(0)])
    def test_goods_that_came_are_not_paid_by_the_clock(self, desk: Desk, before: timedelta) -> None:
        ticket, [parcel, _other] = self.parcels(desk)
        scan(parcel, "delivered", NOW + 48 * HOUR - before)
        late = rings(ticket, "approve_unanswered", 48 * HOUR, "overdue")
        assert (late.status, late.overdue_since, late.received) == ("pending_review", NOW + 48 * HOUR, True)
        assert (late.due_action, late.history().latest("sequence").data) == ("overdue", {"remark": "delivered"})
        assert not late.refunds.exists()

    def test_a_scan_after_the_deadline_comes_too_late(self, desk: Desk) -> None:
        ticket, [parcel, _other] = self.parcels(desk)
        assert approved(ticket).status == "pending_refund"
        scan(parcel, "delivered", NOW + 48 * HOUR + SECOND)
        assert fresh(ticket).status == "pending_refund"

    def test_another_parcel_of_the_order_does_not_matter(self, desk: Desk) -> None:
        ticket, [_parcel, other] = self.parcels(desk)
        scan(other, "delivered", NOW + HOUR)
        assert approved(ticket).status == "pending_refund"

    def test_the_bare_word_of_the_shop_does_not_stop_the_money(self, desk: Desk) -> None:
        ticket, parcels = self.parcels(desk)
        for parcel in parcels:
            logistics.report(parcel, status="delivered", actor=desk.merchant, now=NOW + HOUR)
        assert fresh(ticket).order.fulfilment == "delivered"
        assert approved(ticket).status == "pending_refund"


# --- the buyer's steps --------------------------------------------------------------------------------------


def test_a_difference_unpaid_for_a_day_closes(desk: Desk) -> None:
    desk.world.sku("TEE", price="99.00")
    desk.world.sku("TEE-L", price="109.00", on_hand=2)
    ticket = desk.approve(desk.apply(desk.world.delivered(), "exchange", "wrong_choice", exchange_sku="TEE-L"))
    assert ticket.status == "pending_supplement"
    assert desk.stock("TEE-L") == (2, 2)
    assert rings(ticket, "close_unanswered", 24 * HOUR, "close").status == "closed"
    assert desk.stock("TEE-L") == (2, 0)


def test_goods_not_shipped_back_in_seven_days_close(desk: Desk) -> None:
    ticket = desk.approve(desk.apply(desk.world.delivered()))
    assert rings(ticket, "close_unanswered", 7 * DAY, "close").status == "closed"


def test_the_seven_days_start_when_the_difference_is_paid(desk: Desk) -> None:
    desk.world.sku("TEE-L", price="109.00", on_hand=2)
    ticket = desk.approve(desk.apply(desk.world.delivered(), "exchange", "wrong_choice", exchange_sku="TEE-L"))
    desk.now = NOW + 5 * HOUR
    ticket = desk.pay_difference(ticket, str(ticket.price_difference))
    assert ticket.due_at == desk.now + 7 * DAY


def test_a_rejection_is_closed_after_seven_days(desk: Desk) -> None:
    ticket = services.reject(desk.apply(desk.world.delivered()), reason="No", actor=desk.merchant, now=NOW)
    assert rings(ticket, "close_unanswered", 7 * DAY, "close").status == "closed"


# --- goods on the way back ----------------------------------------------------------------------------------


def under_way(desk: Desk, type_: str = "return_refund", reason: str = "quality") -> Ticket:
    return desk.ship_back(desk.approve(desk.apply(desk.world.delivered(), type_, reason)))


@pytest.mark.parametrize(
    ("type_", "reason", "then"),
    [
        ("return_refund", "quality", "pending_refund"),
        ("exchange", "quality", "pending_reship"),
        ("repair", "fault", "pending_reship"),
    ],
)
def test_ten_days_after_the_number_was_given(desk: Desk, type_: str, reason: str, then: str) -> None:
    on_hand, _ = desk.stock("TEE")
    ticket = rings(under_way(desk, type_, reason), "receive_unanswered", 10 * DAY, "receive")
    assert ticket.status == then
    assert ticket.received_at == NOW + 10 * DAY
    assert ticket.refunds.count() == (1 if then == "pending_refund" else 0)
    assert desk.stock("TEE")[0] == on_hand  # only counted goods go on the shelf


@pytest.mark.parametrize(
    ("arrived", "due"),
    [(3 * DAY, 5 * DAY), (8 * DAY - SECOND, 10 * DAY - SECOND), (8 * DAY, 10 * DAY), (8 * DAY + SECOND, 10 * DAY)],
)
def test_48_hours_after_the_parcel_came_if_that_is_earlier(desk: Desk, arrived: timedelta, due: timedelta) -> None:
    ticket = under_way(desk)
    scan(ticket.return_parcel, "delivered", NOW + arrived)
    ticket = fresh(ticket)
    assert ticket.arrived_at == NOW + arrived
    rings_after = ticket.history().filter(action="arrive").count()
    assert rings_after == 1
    assert rings(ticket, "receive_unanswered", due, "receive").refunds.count() == 1


def test_a_corrected_number_starts_the_ten_days_again(desk: Desk) -> None:
    ticket = under_way(desk)
    desk.now = NOW + DAY
    assert desk.ship_back(ticket, tracking_no="SF-RIGHT").due_at == NOW + 11 * DAY


# --- the merchant's steps -----------------------------------------------------------------------------------


def test_a_replacement_is_due_seven_days_after_receipt(desk: Desk) -> None:
    only_overdue(desk.receive(under_way(desk, "exchange")), 7 * DAY)


def test_a_reissue_is_due_seven_days_after_approval(desk: Desk) -> None:
    only_overdue(desk.approve(desk.apply(desk.world.shipped(), "reissue", "lost")), 7 * DAY)


def test_a_refund_that_does_not_arrive_raises_an_alarm_on_day_three(desk: Desk) -> None:
    only_overdue(desk.apply(desk.world.place_order(), "refund_only", "dont_want"), 3 * DAY)


def test_a_replacement_counts_as_received_after_14_days(desk: Desk) -> None:
    ticket = desk.reship(desk.receive(under_way(desk, "exchange")))
    assert rings(ticket, "complete_reshipped", 14 * DAY, "confirm_replacement").status == "completed"


@pytest.mark.parametrize("status", ["lost", "returned"])
def test_never_while_it_is_known_not_to_have_arrived(desk: Desk, status: str) -> None:
    ticket = desk.reship(desk.receive(under_way(desk, "exchange")))
    scan(ticket.replacement_parcel, status, NOW + DAY)
    ticket = fresh(ticket)
    assert (ticket.due_at, ticket.due_action) == (NOW + 8 * DAY, "overdue")
    assert job("complete_reshipped").run(NOW + 60 * DAY, False) == Outcome()
    assert job("mark_overdue").run(NOW + 8 * DAY, False) == Outcome(done=1)
    desk.now = NOW + 9 * DAY
    again = desk.reship(fresh(ticket), tracking_no="SF-AGAIN")
    assert (again.due_at, again.due_action, again.overdue_since) == (NOW + 23 * DAY, "complete", None)


# --- the jobs themselves ------------------------------------------------------------------------------------

JOBS = ["approve_unanswered", "close_unanswered", "receive_unanswered", "complete_reshipped", "mark_overdue"]


def test_somebody_who_acts_first_wins(desk: Desk) -> None:
    ticket = desk.apply(desk.world.delivered())
    services.withdraw(ticket, actor=desk.buyer, now=NOW + 48 * HOUR)
    assert not ringing.fire(ticket.pk, "approve", now=NOW + 48 * HOUR)
    assert fresh(ticket).status == "cancelled"


def test_a_row_that_fails_is_pushed_on_and_the_others_go_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = desk.apply(desk.world.delivered()), desk.apply(desk.world.delivered())
    real: Callable[..., Ticket] = ringing.approve

    def approve(ticket: Ticket, **more: Any) -> Ticket:
        if ticket.pk == bad.pk:
            raise RuntimeError("poison")
        return real(ticket, **more)

    monkeypatch.setattr(ringing, "approve", approve)
    at, run = NOW + 48 * HOUR, job("approve_unanswered").run
    assert run(at, False) == Outcome(done=1, failed=1)
    assert (fresh(bad).status, fresh(good).status) == ("pending_review", "pending_return")
    assert (fresh(bad).deadline_failures, fresh(bad).retry_after) == (1, at + timedelta(minutes=1))
    assert run(at + timedelta(seconds=59), False) == Outcome()
    assert run(at + timedelta(seconds=60), False) == Outcome(failed=1)
    assert fresh(bad).retry_after == at + timedelta(minutes=3)  # later and later
    monkeypatch.undo()
    assert run(at + HOUR, False) == Outcome(done=1)
    assert (fresh(bad).deadline_failures, fresh(bad).retry_after) == (0, None)


def test_a_rule_that_says_no_makes_the_ticket_overdue_instead_of_ringing_for_ever(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = desk.apply(desk.world.shipped(), "reissue", "lost", quantity=1)
    monkeypatch.setattr(ringing, "approve", _refuses)
    assert job("approve_unanswered").run(NOW + 48 * HOUR, False) == Outcome(done=1)
    assert fresh(ticket).overdue_since
    assert ticket.history().latest("sequence").data == {"remark": "conflict"}


def _refuses(*_: Any, **__: Any) -> Ticket:
    from kernel.errors import Conflict

    raise Conflict()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_do_everything_once(desk: Desk) -> None:
    """Each takes what the other does not hold; together nothing is done twice or left."""
    rows = [desk.apply(desk.world.shipped(), "refund_only", "not_received") for _ in range(6)]
    outcomes: list[Outcome] = []

    def work() -> None:
        outcomes.append(job("approve_unanswered").run(NOW + 48 * HOUR, False))
        connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(outcome.done for outcome in outcomes) == 6
    assert [row.history().filter(action="approve").count() for row in rows] == [1] * 6
    assert [row.refunds.count() for row in rows] == [1] * 6
    assert all(outcome.failed == 0 for outcome in outcomes)
