"""D-5: the terms of the law begin again with a replacement. What its own line says counts, not the order."""

from datetime import datetime, timedelta

import pytest

from aftersales import services
from aftersales.rules.application import Application, LineRequest
from aftersales.services.deadlines import fire
from kernel.errors import NotEligible
from logistics import services as logistics
from orders.models import Order, OrderLine
from orders.warranty.services import remove_terms, set_terms
from tests.desk import Desk
from tests.world import DAY, NOW, SECOND, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def replaced(desk: Desk, *, at: datetime, arrived: datetime | None = None, warranty: int = 0) -> OrderLine:
    """The replacement of a completed order, the same SKU again; the exchange was completed `at`."""
    desk.world.sku("TEE", on_hand=5, warranty_days=warranty)
    order = desk.world.completed(lines=[("TEE", "99.00", 1)])
    ticket = desk.reship(desk.receive(desk.ship_back(desk.approve(desk.apply(order, "exchange", "quality")))))
    if arrived is not None:
        parcel = ticket.replacement_parcel
        assert parcel is not None
        logistics.report(parcel, status="delivered", at=arrived, actor=desk.support, now=arrived)
    services.confirm_replacement(ticket, actor=desk.buyer, now=at)
    return order.lines.get(position=2)


def refused(desk: Desk, line: OrderLine, type_: str, now: datetime, reason: str = "quality") -> list[str]:
    order = Order.objects.select_related("policy", "shop").get(pk=line.order_id)
    asked = Application(type_, reason, (LineRequest(line.pk, 1),), evidence=(desk.photo(),))
    return services.quote(order, asked, actor=desk.buyer, now=now).reasons


def test_a_replacement_has_a_window_of_its_own(desk: Desk) -> None:
    late = NOW + 10 * DAY
    new = replaced(desk, at=late)
    assert new.order.window_ends_at is not None
    ends = late + 15 * DAY
    assert new.order.window_ends_at < ends
    assert new.window_ends_at == ends
    assert refused(desk, new, "return_refund", ends - SECOND) == []
    for moment in (ends, ends + SECOND):
        assert refused(desk, new, "return_refund", moment) == ["window_closed"]


def test_its_warranty_begins_when_it_arrived(desk: Desk) -> None:
    """D-8, for repair: counted from the replacement."""
    new = replaced(desk, at=NOW + 9 * DAY, arrived=NOW + 8 * DAY, warranty=30)
    assert new.delivered_at == NOW + 8 * DAY
    ends = NOW + 38 * DAY
    assert refused(desk, new, "repair", ends - SECOND, "fault") == []
    assert refused(desk, new, "repair", ends, "fault") == ["window_closed"]


def test_without_a_report_it_arrived_when_the_exchange_was_completed(desk: Desk) -> None:
    assert replaced(desk, at=NOW + DAY).delivered_at == NOW + DAY


def test_the_clock_makes_the_same_line(desk: Desk) -> None:
    desk.world.sku("TEE", on_hand=5)
    order = desk.world.completed(lines=[("TEE", "99.00", 1)])
    ticket = desk.reship(desk.receive(desk.ship_back(desk.approve(desk.apply(order, "exchange", "quality")))))
    due = ticket.due_at
    assert due is not None
    assert not fire(ticket.pk, "complete", now=due - SECOND)
    assert order.lines.count() == 1
    assert fire(ticket.pk, "complete", now=due)
    old, new = order.lines.order_by("position")
    assert (old.exchanged_quantity, new.replaces_id, new.delivered_at) == (1, old.pk, due)


def test_until_it_has_arrived_the_order_says_what_was_sold(desk: Desk) -> None:
    desk.world.sku("TEE", on_hand=5)
    order = desk.world.completed(lines=[("TEE", "99.00", 1)])
    desk.reship(desk.receive(desk.ship_back(desk.approve(desk.apply(order, "exchange", "quality")))))
    line = order.lines.get()
    assert (line.open_quantity, line.exchanged_quantity) == (1, 0)
    with pytest.raises(NotEligible):
        desk.apply(order)


@pytest.mark.parametrize("exempt", [True, False])
def test_a_confirmed_exemption_goes_along_with_the_same_sku_only(desk: Desk, exempt: bool) -> None:
    desk.world.sku("TEE", on_hand=5, no_reason_exempt=True)
    desk.world.sku("TEE-L", price="99.00", title="Tee", on_hand=5, no_reason_exempt=True)
    order = desk.world.completed(lines=[("TEE", "99.00", 1)])
    order.lines.update(no_reason_exempt=True, exempt_confirmed=True)
    asked = desk.apply(order, "exchange", "quality", exchange_sku="" if exempt else "TEE-L")
    ticket = desk.reship(desk.receive(desk.ship_back(desk.approve(asked))))
    services.confirm_replacement(ticket, actor=desk.buyer, now=NOW + timedelta(hours=1))
    new = order.lines.get(position=2)
    assert (new.no_reason_exempt, new.exempt_confirmed) == (True, exempt)


def test_a_replacement_has_the_longer_of_what_was_sold_and_what_holds_now(desk: Desk) -> None:
    """D-5: the duty never gets less by an exchange; another SKU has the terms of its category."""
    kinder = {"return_days": 10, "exchange_days": 20, "repair_days": 400}
    desk.world.sku("TEE", category="laptops", on_hand=5)
    desk.world.sku("TEE-L", category="whole machine", title="Tee", price="99.00", on_hand=5)
    row = set_terms(desk.world.lantern, "laptops", kinder, actor=desk.merchant)
    order = desk.world.completed(lines=[("TEE", "99.00", 1)])
    remove_terms(row, actor=desk.merchant)
    for position, sku, days in ((2, "TEE", (10, 20, 400)), (3, "TEE-L", (7, 15, 365))):
        held = order.lines.get(position=position - 1)
        asked = Application("exchange", "quality", (LineRequest(held.pk, 1, sku),), evidence=(desk.photo(),))
        ticket = services.apply(order, asked, actor=desk.buyer, now=NOW)
        ticket = desk.reship(desk.receive(desk.ship_back(desk.approve(ticket))))
        services.confirm_replacement(ticket, actor=desk.buyer, now=NOW)
        new = order.lines.get(position=position)
        assert (new.warranty_return_days, new.warranty_exchange_days, new.warranty_days) == days
