"""Rejecting a no-reason return in time: only on a ground of the law (B-05), judged by the day of the application."""

import pytest

from aftersales import services
from aftersales.models import Ticket
from kernel.errors import Unprocessable
from orders.models import OrderLine
from tests.desk import Desk
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def no_reason(desk: Desk) -> Ticket:
    return desk.apply(desk.world.delivered(), "return_refund", "no_reason")


def reject(desk: Desk, ticket: Ticket, ground: str = "", *, now: object = NOW) -> Ticket:
    return services.reject(ticket, reason="No", ground=ground, actor=desk.merchant, now=now)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("exempt", "confirmed", "counts"),
    [(True, True, True), (True, False, False), (False, True, False), (False, False, False)],
)
def test_exempt_goods_count_only_where_the_buyer_confirmed_it(
    desk: Desk, exempt: bool, confirmed: bool, counts: bool
) -> None:
    ticket = no_reason(desk)
    OrderLine.objects.update(no_reason_exempt=exempt, exempt_confirmed=confirmed)
    if counts:
        assert reject(desk, ticket, "exempt_confirmed").rejection_ground == "exempt_confirmed"
        return
    with pytest.raises(Unprocessable) as refused:
        reject(desk, ticket, "exempt_confirmed")
    assert refused.value.code == "ground_required"
    assert Ticket.objects.get(pk=ticket.pk).status == "pending_review"


def test_an_application_in_time_needs_a_ground_however_late_it_is_rejected(desk: Desk) -> None:
    """The seven days end on day 8 at midnight; the merchant says no on day 20."""
    ticket = no_reason(desk)
    with pytest.raises(Unprocessable):
        reject(desk, ticket, now=NOW + 20 * DAY)
    assert reject(desk, ticket, "not_intact", now=NOW + 20 * DAY).status == "rejected"


def test_one_that_came_too_late_needs_none(desk: Desk) -> None:
    ticket = no_reason(desk)
    Ticket.objects.filter(pk=ticket.pk).update(applied_at=NOW + 9 * DAY)
    assert reject(desk, ticket, now=NOW + 9 * DAY).status == "rejected"


def test_nor_does_a_return_for_another_reason(desk: Desk) -> None:
    assert reject(desk, desk.apply(desk.world.delivered(), "return_refund", "quality")).rejection_ground == ""
