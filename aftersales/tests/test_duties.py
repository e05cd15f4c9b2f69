"""Marks of the shop's duties by law: day 3, 7 and 15 of an unpaid refund, day 15 of a return without an answer."""

from datetime import datetime

import pytest

from accounts.models import Policy
from aftersales import services
from aftersales.jobs import _mark_duties
from aftersales.models import Ticket
from aftersales.selectors.worklist import DUTY, TODO, counts
from aftersales.services.deadlines import fire, mark_duty
from aftersales.services.pauses import announce
from aftersales.states import Due
from kernel.actors import COURIER
from logistics import services as logistics
from logistics.models import Parcel, ReturnAddress
from refunds.machine import Status as RefundStatus
from refunds.models import Refund
from tests.desk import Desk
from tests.fixtures import Login
from tests.undone import undone
from tests.world import DAY, NOW, SECOND, World

LATE, OVERDUE, PUNISHABLE = "refund_late", "refund_overdue", "refund_punishable"


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", on_hand=9)
    return Desk(world)


def marks(ticket: Ticket, at: datetime) -> list[str]:
    _mark_duties(at, False)
    return Ticket.objects.get(pk=ticket.pk).alerts


def received(desk: Desk) -> Ticket:
    return desk.receive(desk.ship_back(desk.approve(desk.apply(desk.world.delivered()))))


@pytest.mark.parametrize(
    ("days", "before", "after"), [(3, [], [LATE]), (7, [LATE], [OVERDUE]), (15, [OVERDUE], [PUNISHABLE])]
)
def test_a_refund_that_is_not_paid(desk: Desk, days: int, before: list[str], after: list[str]) -> None:
    ticket = received(desk)
    assert marks(ticket, NOW + days * DAY - SECOND) == before
    assert marks(ticket, NOW + days * DAY) == after
    assert marks(ticket, NOW + days * DAY + SECOND) == after


def test_each_mark_is_one_line_of_history(desk: Desk) -> None:
    ticket = received(desk)
    for day in (3, 3, 7, 15, 30):
        marks(ticket, NOW + day * DAY)
    told = ticket.history().filter(action="mark_duty").values_list("data__remark", flat=True)
    assert list(told) == [LATE, OVERDUE, PUNISHABLE]
    assert Ticket.objects.get(pk=ticket.pk).mark_at is None


def test_the_money_ends_them(desk: Desk) -> None:
    ticket = received(desk)
    assert marks(ticket, NOW + 8 * DAY) == [OVERDUE]
    ticket = desk.pay_out(ticket)
    assert (ticket.status, ticket.alerts, ticket.mark_at) == ("completed", [], None)


def test_the_days_count_from_the_goods_and_not_from_their_count(desk: Desk) -> None:
    """Who counts late has no more time (D-4 art. 13)."""
    ticket = desk.ship_back(desk.approve(desk.apply(desk.world.delivered())), tracking_no="YT1")
    assert Ticket.objects.get(pk=ticket.pk).mark_at is None  # nothing is owed before the goods are there
    logistics.report(Parcel.objects.get(tracking_no="YT1"), status="delivered", actor=COURIER, now=NOW)
    with undone():
        assert marks(ticket, NOW + 3 * DAY - SECOND) == []
        assert marks(ticket, NOW + 3 * DAY) == [LATE]
    desk.now = NOW + 2 * DAY
    ticket = services.receive(
        Ticket.objects.get(pk=ticket.pk),
        units=[
            {"line_id": item.line_id, "quantity": item.quantity, "condition": "as_new"} for item in ticket.lines.all()
        ],
        actor=desk.merchant,
        now=desk.now,
    )
    assert (ticket.due_at, ticket.due_action) == (NOW + 3 * DAY, Due.OVERDUE)
    assert marks(ticket, NOW + 3 * DAY) == [LATE]


def test_without_goods_they_count_from_the_approval(desk: Desk) -> None:
    ticket = desk.approve(desk.apply(desk.world.delivered(), "refund_only", "compensation"))
    assert (ticket.due_at, ticket.due_action) == (NOW + 3 * DAY, Due.OVERDUE)
    assert marks(ticket, NOW + 3 * DAY - SECOND) == []
    assert marks(ticket, NOW + 7 * DAY) == [OVERDUE]


def test_the_first_day_is_the_shops_own(desk: Desk) -> None:
    desk.world.revise_policy(refund_alarm_days=1)
    ticket = received(desk)
    assert marks(ticket, NOW + DAY - SECOND) == []
    assert marks(ticket, NOW + DAY) == [LATE]
    with undone():
        assert fire(ticket.pk, Due.OVERDUE, now=NOW + DAY)  # the same moment
    assert marks(ticket, NOW + 7 * DAY) == [OVERDUE]
    assert Policy._meta.get_field("refund_alarm_days").default == 3


def test_a_return_without_an_answer(desk: Desk) -> None:
    """Nobody decides: the shop has no return address, so the clock cannot."""
    ReturnAddress.objects.all().delete()
    ticket = desk.apply(desk.world.delivered())
    assert marks(ticket, NOW + 15 * DAY - SECOND) == []
    assert marks(ticket, NOW + 15 * DAY) == ["answer_punishable"]
    assert marks(ticket, NOW + 15 * DAY + SECOND) == ["answer_punishable"]
    desk.__init__(desk.world)  # type: ignore[misc]
    assert desk.approve(Ticket.objects.get(pk=ticket.pk)).alerts == []


def test_a_mark_never_stops_the_clock_that_approves(desk: Desk) -> None:
    ticket = desk.apply(desk.world.delivered())
    assert marks(ticket, NOW + 20 * DAY) == ["answer_punishable"]
    assert fire(ticket.pk, Due.APPROVE, now=NOW + 20 * DAY)
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert (ticket.status, ticket.alerts) == ("pending_return", [])


@pytest.mark.parametrize("type_", ["exchange", "repair"])
def test_other_types_owe_no_money(desk: Desk, type_: str) -> None:
    ticket = desk.apply(desk.world.delivered(), type_, "quality" if type_ == "exchange" else "fault")
    assert marks(ticket, NOW + 30 * DAY) == []
    ticket = desk.receive(desk.ship_back(desk.approve(Ticket.objects.get(pk=ticket.pk))))
    assert marks(ticket, NOW + 60 * DAY) == []


def test_no_holiday_stops_them(desk: Desk) -> None:
    ticket = received(desk)
    shop = ticket.shop
    announce(shop, starts_at=NOW + DAY, ends_at=NOW + 9 * DAY, actor=desk.merchant, now=NOW + SECOND)
    assert marks(ticket, NOW + 3 * DAY) == [LATE]
    assert marks(ticket, NOW + 7 * DAY) == [OVERDUE]


def test_a_suspended_ticket_stands_where_it_stood(desk: Desk) -> None:
    ticket = services.suspend(received(desk), actor=desk.support, now=NOW + 2 * DAY)
    assert (marks(ticket, NOW + 9 * DAY), ticket.mark_at) == ([], None)
    ticket = services.resume(ticket, actor=desk.support, now=NOW + 10 * DAY)
    assert ticket.mark_at == NOW + 11 * DAY
    assert marks(ticket, NOW + 11 * DAY - SECOND) == []
    assert marks(ticket, NOW + 11 * DAY) == [LATE]


def test_a_failed_refund_keeps_both_alerts(desk: Desk) -> None:
    order = desk.world.delivered(payments=[("FAIL-1", "198.00")])
    ticket = desk.receive(desk.ship_back(desk.approve(desk.apply(order))))
    desk.send_refunds()
    assert Refund.objects.get().status == RefundStatus.FAILED
    assert marks(ticket, NOW + 7 * DAY) == ["refund_failed", OVERDUE]
    assert marks(ticket, NOW + 15 * DAY) == ["refund_failed", PUNISHABLE]


def test_what_was_exchanged_and_then_converted(desk: Desk) -> None:
    """The money is owed from the conversion, however long the shop has had the goods."""
    ticket = desk.receive(desk.ship_back(desk.approve(desk.apply(desk.world.delivered(), "exchange"))))
    ticket = services.convert(ticket, to="return_refund", actor=desk.merchant, now=NOW + 20 * DAY)
    assert ticket.alerts == []
    assert marks(ticket, NOW + 23 * DAY - SECOND) == []
    assert marks(ticket, NOW + 23 * DAY) == [LATE]


def test_twice_at_once_is_once(desk: Desk) -> None:
    ticket = received(desk)
    assert mark_duty(ticket.pk, now=NOW + 3 * DAY)
    assert not mark_duty(ticket.pk, now=NOW + 3 * DAY)


def test_they_are_a_worklist_and_a_filter(desk: Desk, api: Login) -> None:
    late, fresh = received(desk), desk.apply(desk.world.delivered())
    assert counts(Ticket.objects.all())[DUTY] == 0
    marks(late, NOW + 7 * DAY)
    assert counts(Ticket.objects.all())[DUTY] == 1
    assert [ticket.pk for ticket in Ticket.objects.filter(TODO[DUTY])] == [late.pk]
    answer = api("mei").get("/api/v1/tickets/", {"alert": OVERDUE}).json()["results"]
    assert [row["ticket_no"] for row in answer] == [late.ticket_no]
    assert [alert["code"] for alert in answer[0]["alerts"]] == [OVERDUE]
    assert "7 days" in answer[0]["alerts"][0]["label"]
    assert api("mei").get("/api/v1/tickets/", {"alert": "nonsense"}).status_code == 400
    assert fresh.ticket_no not in str(answer)
    buyers = api("alice").get(f"/api/v1/tickets/{late.ticket_no}/").json()
    assert buyers["alerts"] == []
