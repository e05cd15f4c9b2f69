"""B-17: an application that was in time stays so when it is changed, and every version of it is kept."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from aftersales import services
from aftersales.models import Ticket
from kernel.errors import NotEligible, Unprocessable
from orders.models import Order
from tests.desk import Desk
from tests.world import DAY, NOW, SECOND, World

from ..selectors.preview import preview, to_amend

pytestmark = pytest.mark.django_db
LAST = NOW + 15 * DAY - SECOND  # of the window


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def applied(desk: Desk, at: datetime, reason: str = "quality") -> Ticket:
    order = desk.world.completed()
    asked = desk.application(order, "return_refund", reason, quantity=1)
    return services.apply(order, asked, actor=desk.buyer, now=at)


def rejected(desk: Desk, at: datetime, **more: Any) -> Ticket:
    return services.reject(applied(desk, at), reason="No", actor=desk.merchant, now=at, **more)


@pytest.mark.parametrize("seconds", [0, 1, 2, 86_400])
def test_after_the_window(desk: Desk, seconds: int) -> None:
    ticket, later = rejected(desk, LAST), LAST + seconds * SECOND
    Order.objects.filter(pk=ticket.order_id).update(window_closed_at=LAST + SECOND)  # as the job does
    asked = desk.application(ticket.order, "return_refund", "not_as_described", quantity=1)
    choices, _before = to_amend(Ticket.objects.get(pk=ticket.pk), now=later)
    assert preview(choices, asked).quote.reasons == []
    assert services.amend(ticket, asked, actor=desk.buyer, now=later).status == "pending_review"


def test_a_new_application_is_late_all_the_same(desk: Desk) -> None:
    ticket = rejected(desk, LAST)
    asked = desk.application(ticket.order, "return_refund", "quality", quantity=1)
    with pytest.raises(NotEligible) as refused:
        services.apply(Order.objects.get(pk=ticket.order_id), asked, actor=desk.buyer, now=LAST + SECOND)
    assert refused.value.reasons == ["window_closed"]


@pytest.mark.parametrize(("first", "reasons"), [(-1, []), (0, ["window_closed"]), (1, ["window_closed"])])
def test_the_seven_days_of_the_first_application(desk: Desk, first: int, reasons: list[str]) -> None:
    """A return without a reason, asked for by changing an application of before the period's end (or of after it)."""
    ends = datetime.fromisoformat("2026-03-10T00:00:00+08:00")  # delivered on the 2nd
    ticket = applied(desk, ends + first * SECOND)
    asked = desk.application(ticket.order, "return_refund", "no_reason", quantity=1)
    choices, _before = to_amend(Ticket.objects.get(pk=ticket.pk), now=ends + DAY)
    assert preview(choices, asked).quote.reasons == reasons
    if reasons:
        with pytest.raises(NotEligible) as refused:
            services.amend(ticket, asked, actor=desk.buyer, now=ends + DAY)
        assert refused.value.reasons == reasons
    else:
        services.amend(ticket, asked, actor=desk.buyer, now=ends + DAY)


@pytest.mark.parametrize("way", ["amended", "reopened"])
def test_a_ground_is_judged_by_the_first_application(desk: Desk, way: str) -> None:
    """In time on day 1; changed, or reopened by support, after the seven days. It is still the buyer's right."""
    ticket, later = applied(desk, NOW + DAY, "no_reason"), NOW + 9 * DAY
    if way == "amended":
        asked = desk.application(ticket.order, "return_refund", "no_reason", quantity=2)
        ticket = services.amend(ticket, asked, actor=desk.buyer, now=later)
    else:
        ticket.order.lines.update(no_reason_exempt=True, exempt_confirmed=True)
        ticket = services.reject(
            ticket, reason="Exempt", ground="exempt_confirmed", actor=desk.merchant, now=NOW + 2 * DAY
        )
        ticket.order.lines.update(no_reason_exempt=False)
        ticket = services.reopen(ticket, reason="The list was wrong", actor=desk.support, now=later)
    assert ticket.applied_at == later
    with pytest.raises(Unprocessable) as refused:
        services.reject(ticket, reason="Late", actor=desk.merchant, now=later)
    assert refused.value.code == "ground_required"


def test_every_version_is_kept(desk: Desk) -> None:
    ticket = applied(desk, NOW)
    asked = desk.application(
        ticket.order, "refund_only", "compensation", claimed_amount=Decimal("3.00"), description="Scratched"
    )
    services.amend(ticket, asked, actor=desk.buyer, now=NOW + timedelta(hours=1))
    line = ticket.order.lines.get()
    versions = [row.data["application"] for row in ticket.history().order_by("sequence")]
    assert [(v["type"], v["reason"], v["claimed_amount"], v["description"]) for v in versions] == [
        ("return_refund", "quality", None, ""),
        ("refund_only", "compensation", "3.00", "Scratched"),
    ]
    assert versions[0]["lines"] == [{"line_id": line.pk, "quantity": 1, "exchange_sku": ""}]
    assert versions[1]["lines"] == [{"line_id": line.pk, "quantity": line.quantity, "exchange_sku": ""}]
    assert versions[1]["evidence"] == [str(pk) for pk in asked.evidence]
