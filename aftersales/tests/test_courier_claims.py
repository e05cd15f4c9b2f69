"""What a courier owes for goods that were lost and refunded: by rule, once, and withdrawn when they turn up."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aftersales import audit, services
from aftersales.models import Ticket
from kernel.actors import CLOCK, COURIER, Actor
from kernel.events import event_type
from logistics import services as logistics
from logistics.models import Parcel
from orders.models import Order
from refunds.models import Payable
from tests.browser import Sit, page, text
from tests.desk import Desk
from tests.fixtures import Login
from tests.threads import dismissed, race  # noqa: F401
from tests.world import DAY, NOW, World

D = Decimal


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", on_hand=20)
    return Desk(world)


def shipped(desk: Desk, units: int = 2, *parts: int) -> Order:
    """Of `units` at 99.00, a parcel each of `parts`."""
    order = desk.world.place_order(lines=[("TEE", "99.00", units)])
    for number, part in enumerate(parts or [units]):
        order = logistics.ship(
            Order.objects.get(pk=order.pk), courier="sf", tracking_no=f"SF{number}9",
            lines=[{"line_id": order.lines.get().pk, "quantity": part}], actor=desk.merchant, now=NOW,
        )  # fmt: skip
    return order


def report(parcel: Parcel, status: str, *, actor: Actor = COURIER, now: datetime = NOW) -> None:
    logistics.report(Parcel.objects.get(pk=parcel.pk), status=status, actor=actor, now=now)


def refunded(desk: Desk, order: Order, quantity: int | None = None) -> Ticket:
    order = Order.objects.get(pk=order.pk)
    ticket = desk.apply(order, "refund_only", "not_received", quantity=quantity)
    return desk.pay_out(desk.approve(ticket) if ticket.status == "pending_review" else ticket)


def claims() -> list[tuple[str, Decimal]]:
    return list(Payable.objects.filter(kind="courier_claim").order_by("pk").values_list("status", "amount"))


# --- on the way to the buyer --------------------------------------------------------------------------------


@pytest.mark.parametrize("lost_first", [True, False])
def test_lost_and_refunded_whichever_comes_first(desk: Desk, lost_first: bool) -> None:
    order = shipped(desk)
    if lost_first:
        report(order.parcels.get(), "lost")
        assert claims() == []
    ticket = refunded(desk, order)
    if not lost_first:
        assert claims() == []
        report(order.parcels.get(), "lost")
    row = Payable.objects.get()
    assert (row.kind, row.payee, row.status, row.amount) == ("courier_claim", "shop", "pending", D("198.00"))
    assert (row.ground, row.ticket_payable.ticket_id, row.due_at) == ("SF09", ticket.pk, NOW + 7 * DAY)
    assert [event_type("payable", h.action, h.target) for h in row.history()] == ["payable.created"]
    report(order.parcels.get(), "lost", now=NOW + DAY)  # couriers report twice
    assert len(claims()) == 1
    assert list(audit.run()) == []


def test_not_for_what_was_not_refunded_or_has_not_left(desk: Desk) -> None:
    report(shipped(desk).parcels.get(), "lost")
    order = desk.world.place_order(lines=[("TEE", "99.00", 1)])
    desk.pay_out(desk.apply(order, "refund_only", "dont_want"))
    assert claims() == []


def test_only_the_lost_units(desk: Desk) -> None:
    """Of three units in two parcels one is lost; two tickets ask for three."""
    order = shipped(desk, 3, 1, 2)
    first, second = order.parcels.order_by("pk")
    report(first, "lost")
    refunded(desk, order, 1)
    refunded(desk, order, 2)
    assert claims() == [("pending", D("99.00"))]
    report(second, "lost")  # the other two are the second ticket's
    assert claims() == [("pending", D("99.00")), ("pending", D("198.00"))]


@pytest.mark.parametrize("status", ["delivered", "returned"])
@pytest.mark.parametrize("approved", [True, False])
def test_it_turns_up(desk: Desk, status: str, approved: bool) -> None:
    order = shipped(desk)
    report(order.parcels.get(), "lost")
    refunded(desk, order)
    if approved:
        services.approve_payable(Payable.objects.get(), actor=desk.merchant, now=NOW)
    report(order.parcels.get(), status, now=NOW + DAY)
    assert claims() == [("cancelled", D("198.00"))]
    last = Payable.objects.get().history().latest("sequence")
    assert (last.action, last.actor_kind) == ("cancel", "rule")
    assert list(audit.run()) == []


def test_what_the_courier_has_paid_stays(desk: Desk) -> None:
    order = shipped(desk)
    report(order.parcels.get(), "lost")
    refunded(desk, order)
    row = services.approve_payable(Payable.objects.get(), actor=desk.merchant, now=NOW)
    services.pay_payable(row, proof="SF-INV-1", actor=desk.world.actor("song"), now=NOW)
    report(order.parcels.get(), "delivered", now=NOW + DAY)
    assert claims() == [("paid", D("198.00"))]
    assert list(audit.run()) == []


def test_what_was_never_sent_is_asked_for_nothing(desk: Desk) -> None:
    ticket = desk.apply(desk.world.place_order(), "refund_only", "dont_want")
    with CaptureQueriesContext(connection) as queries:
        desk.pay_out(ticket)
    assert not [one for one in queries.captured_queries if "logistics_parcel" in one["sql"]]


# --- on the way back ----------------------------------------------------------------------------------------


def sent_back(desk: Desk) -> Ticket:
    return desk.ship_back(desk.approve(desk.apply(desk.world.completed())))


@pytest.mark.parametrize("lost_first", [True, False])
def test_a_return_that_the_clock_received_and_was_lost(desk: Desk, lost_first: bool) -> None:
    ticket = sent_back(desk)
    parcel = Parcel.objects.get(kind="return")
    if lost_first:
        report(parcel, "lost")
    services.receive(ticket, actor=CLOCK, now=NOW + timedelta(days=12))
    if not lost_first:
        assert claims() == []
        report(parcel, "lost", now=NOW + timedelta(days=13))
    assert claims() == [("pending", D("198.00"))]
    report(parcel, "delivered", now=NOW + timedelta(days=14))
    assert claims() == [("cancelled", D("198.00"))]


def test_a_return_that_a_person_counted_was_not_lost(desk: Desk) -> None:
    ticket = sent_back(desk)
    report(Parcel.objects.get(kind="return"), "lost")
    desk.receive(ticket)
    assert claims() == []


# --- who sees it --------------------------------------------------------------------------------------------


def test_never_the_buyer(desk: Desk, api: Login, sit: Sit) -> None:
    order = shipped(desk)
    report(order.parcels.get(), "lost")
    ticket = refunded(desk, order)
    row = Payable.objects.get()
    assert api("alice").get(f"/api/v1/payables/{row.payable_no}/").status_code == 404
    assert api("alice").get(f"/api/v1/tickets/{ticket.ticket_no}/").json()["payables"] == []
    assert "Paid separately" not in text(sit("alice").get(f"/tickets/{ticket.ticket_no}/"))
    assert "The courier lost parcel SF09" in text(sit("mei").get(page(row)))
    assert api("mei").get(f"/api/v1/payables/{row.payable_no}/").json()["allowed_actions"] == ["approve", "cancel"]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("reference_data")
def test_found_while_it_is_paid(desk: Desk) -> None:
    order = shipped(desk)
    parcel = order.parcels.get()
    report(parcel, "lost")
    refunded(desk, order)
    row = services.approve_payable(Payable.objects.get(), actor=desk.merchant, now=NOW)

    def pay() -> None:
        services.pay_payable(Payable.objects.get(pk=row.pk), proof="SF-INV-1", actor=desk.world.actor("song"), now=NOW)

    answers = race(pay, lambda: report(parcel, "delivered"), lambda: report(parcel, "delivered"))
    assert answers[1:] == ["ok", "ok"]
    assert claims() == [("paid" if answers[0] == "ok" else "cancelled", D("198.00"))]
    assert list(audit.run()) == []
