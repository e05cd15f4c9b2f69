"""Points and coupons that the shop's own system moves when goods go back (F-7): once each, read and acknowledged."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from aftersales import services
from aftersales.models import Benefit, Ticket
from aftersales.rules.application import Application, LineRequest
from kernel.errors import Forbidden
from kernel.models import History
from orders.models import Order
from tests.desk import Desk
from tests.world import DAY, NOW, SECOND, World

from .test_amounts import returned

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def coupon(code: str, kind: str = "coupon_used", valid_until: datetime | None = None) -> dict[str, Any]:
    return {"kind": kind, "code": code, "valid_until": valid_until}


def sold(desk: Desk, until: datetime | None = None, **more: Any) -> Order:
    promotions = [coupon("SPRING", valid_until=until), coupon("NEXT", "coupon_given", NOW + 30 * DAY)]
    facts = {"points_used": 100, "points_earned": 50, "coupons": ["SPRING"], "promotions": promotions}
    return desk.world.completed(lines=[("A", "10.00", 3)], **(facts | more))


def moved(ticket: Ticket) -> list[tuple[str, int, str]]:
    return [(row.kind, row.points, row.code) for row in ticket.benefits.all()]


def test_points_by_share_coupons_with_the_last_unit(desk: Desk) -> None:
    order = sold(desk)
    tickets = [returned(desk, order, quantity=1) for _ in range(3)]
    assert [moved(ticket) for ticket in tickets] == [
        [("points_back", 33, ""), ("points_taken_back", 17, "")],
        [("points_back", 34, ""), ("points_taken_back", 16, "")],
        [
            ("points_back", 33, ""), ("points_taken_back", 17, ""), ("coupon_back", 0, "SPRING"),
            ("coupon_cancelled", 0, "NEXT"),
        ],
    ]  # fmt: skip
    keys = list(Benefit.objects.order_by("id").values_list("key", flat=True))
    assert keys[-2:] == [f"{order.order_no}-coupon_back-SPRING", f"{order.order_no}-coupon_cancelled-NEXT"]
    assert keys[0] == f"{tickets[0].ticket_no}-points_back"
    settled = History.objects.get(machine="ticket", action="settle", object_id=tickets[2].pk)
    assert [row["key"] for row in settled.data["benefits"]] == [row.key for row in tickets[2].benefits.all()]


def test_an_order_that_is_cancelled_before_it_is_sent(desk: Desk) -> None:
    order = desk.world.place_order(lines=[("A", "10.00", 1)], coupons=["SPRING"], points_earned=10)
    ticket = desk.pay_out(desk.apply(order, "refund_only", "dont_want"))
    assert moved(ticket) == [("points_taken_back", 10, ""), ("coupon_back", 0, "SPRING")]


def test_a_claim_moves_nothing(desk: Desk) -> None:
    ticket = desk.apply(sold(desk), "refund_only", "compensation", claimed_amount=D("5.00"))
    assert moved(desk.pay_out(desk.approve(ticket))) == []


def test_the_quote_says_it(desk: Desk) -> None:
    order = sold(desk)
    everything = services.quote(order, desk.application(order, "return_refund", "other"), actor=desk.buyer, now=NOW)
    assert (everything.points, everything.coupons) == (100, ["SPRING"])
    assert (everything.points_taken_back, everything.coupons_cancelled) == (50, ["NEXT"])
    one = services.quote(
        order, desk.application(order, "return_refund", "other", quantity=1), actor=desk.buyer, now=NOW
    )
    assert (one.points_taken_back, one.coupons_cancelled) == (17, [])


@pytest.mark.parametrize(("left", "expired"), [(-SECOND, True), (timedelta(0), True), (SECOND, False)])
def test_a_coupon_comes_back_as_it_was_or_as_a_new_one(desk: Desk, left: timedelta, expired: bool) -> None:
    row = returned(desk, sold(desk, NOW + left)).benefits.get(kind="coupon_back")
    assert (row.reissued, row.valid_until) == (expired, NOW + 7 * DAY if expired else NOW + left)


def test_the_policy_may_give_it_longer(desk: Desk) -> None:
    desk.world.revise_policy(coupon_days=30)
    assert returned(desk, sold(desk, NOW - DAY)).benefits.get(kind="coupon_back").valid_until == NOW + 30 * DAY


def test_points_earned_follow_the_goods_through_an_exchange(desk: Desk) -> None:
    desk.world.sku("A", price="10.00", on_hand=5)
    order = desk.world.completed(lines=[("A", "10.00", 1), ("B", "30.00", 1)], points_earned=40)
    line = desk.world.lines(order)[0]
    swap = Application("exchange", "quality", (LineRequest(line.pk, 1),), evidence=(desk.photo(),))
    ticket = desk.receive(desk.ship_back(desk.approve(services.apply(order, swap, actor=desk.buyer, now=NOW))))
    services.confirm_replacement(desk.reship(ticket), actor=desk.buyer, now=NOW)
    new = order.lines.get(replaces=line)
    back = Application("return_refund", "quality", (LineRequest(new.pk, 1),), evidence=(desk.photo(),))
    ticket = services.apply(order, back, actor=desk.buyer, now=NOW)
    ticket = desk.pay_out(desk.receive(desk.ship_back(desk.approve(ticket), tracking_no="SF9")))
    assert moved(ticket) == [("points_taken_back", 10, "")]


def test_acknowledged_once_by_the_shop(desk: Desk) -> None:
    row = returned(desk, sold(desk)).benefits.first()
    assert row is not None
    for actor in (desk.buyer, desk.agent, desk.support):
        with pytest.raises(Forbidden):
            services.acknowledge_benefit(row, actor=actor, now=NOW)
    assert services.acknowledge_benefit(row, actor=desk.integration, now=NOW).acknowledged_at == NOW
    again = services.acknowledge_benefit(row, actor=desk.merchant, now=NOW + DAY)
    assert (again.acknowledged_at, again.acknowledged_by) == (NOW, desk.integration.name)


def test_the_database_takes_each_once(desk: Desk) -> None:
    ticket = returned(desk, sold(desk))
    for row in ticket.benefits.all():
        row.pk, row.key = None, f"{row.key}-again"
        with pytest.raises(IntegrityError, match=r"benefit_(points|coupon)_once"), transaction.atomic():
            row.save(force_insert=True)
    with pytest.raises(IntegrityError, match="benefit_facts_of_its_kind"), transaction.atomic():
        ticket.benefits.filter(kind="points_back").update(points=0)
