"""Rejecting: each ground counts only where it is true (B-05, B-17), and goods that never left leave with it (B-18)."""

from datetime import datetime
from typing import Any

import pytest

from aftersales import services
from aftersales.models import Ticket
from kernel.errors import Invalid, Unprocessable
from orders import services as orders
from orders.models import Order, OrderLine
from refunds.models import Refund
from tests.desk import Desk
from tests.world import DAY, NOW, SECOND, World

from ..rules.grounds import grounds_of, needs_ground
from ..states import RejectionGround
from . import books

pytestmark = pytest.mark.django_db
BILL = {"courier": "sf", "tracking_no": "SF7"}
SHIPPED: dict[str, Any] = {"ground": "already_shipped", **BILL}


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def no_reason(desk: Desk) -> Ticket:
    return desk.apply(desk.world.delivered(), "return_refund", "no_reason")


def reject(desk: Desk, ticket: Ticket, ground: str = "", *, now: datetime = NOW, **more: Any) -> Ticket:
    return services.reject(ticket, reason="No", ground=ground, actor=desk.merchant, now=now, **more)


def refused(desk: Desk, ticket: Ticket, ground: str = "", **more: Any) -> Unprocessable:
    before, status = Ticket.objects.get(pk=ticket.pk).version, ticket.status
    with pytest.raises(Unprocessable) as caught:
        reject(desk, ticket, ground, **more)
    assert (caught.value.code, caught.value.details["reasons"]) == ("ground_required", ["ground_required"])
    row = Ticket.objects.get(pk=ticket.pk)
    assert (row.status, row.version) == (status, before)
    return caught.value


# --- returns without a reason -------------------------------------------------------------------------------------


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
    assert refused(desk, ticket, "exempt_confirmed").details["grounds"] == []


def test_goods_of_which_one_is_exempt_are_not(desk: Desk) -> None:
    order = desk.world.delivered(lines=[("TEE", "10.00", 1), ("CAP", "5.00", 1)])
    ticket = desk.apply(order, "return_refund", "no_reason")
    order.lines.filter(sku__code="CAP").update(no_reason_exempt=True, exempt_confirmed=True)
    refused(desk, ticket, "exempt_confirmed")


def test_not_intact_counts_once_the_goods_were_seen_and_with_evidence(desk: Desk) -> None:
    ticket, photo = no_reason(desk), desk.photo(desk.merchant.user_id)
    refused(desk, ticket, "not_intact", evidence=[photo])
    Ticket.objects.filter(pk=ticket.pk).update(arrived_at=NOW)
    assert refused(desk, ticket, "not_intact").errors == {"evidence": ["Add photos that show the goods aren't intact."]}
    with pytest.raises(Invalid):
        reject(desk, ticket, "not_intact", evidence=[desk.photo()])  # the buyer's own
    done = reject(desk, ticket, "not_intact", evidence=[photo])
    assert (done.rejection_ground, done.evidence.filter(pk=photo).exists()) == ("not_intact", True)


@pytest.mark.parametrize(("seconds", "late"), [(-1, False), (0, True), (1, True)])
def test_late_counts_only_where_it_was(desk: Desk, seconds: int, late: bool) -> None:
    """The seven days end on day 8 at midnight. The merchant answers on day 20; only the first application counts."""
    ends = datetime.fromisoformat("2026-03-10T00:00:00+08:00")
    ticket, answered = no_reason(desk), NOW + 20 * DAY
    Ticket.objects.filter(pk=ticket.pk).update(created_at=ends + seconds * SECOND, applied_at=answered)
    lines = list(ticket.lines.select_related("line"))
    assert needs_ground(Ticket.objects.get(pk=ticket.pk), lines) is not late
    if late:
        assert reject(desk, ticket, "late", now=answered).rejection_ground == "late"
    else:
        refused(desk, ticket, now=answered)
        refused(desk, ticket, "late", now=answered)


def test_one_that_came_too_late_needs_none(desk: Desk) -> None:
    ticket = no_reason(desk)
    Ticket.objects.filter(pk=ticket.pk).update(created_at=NOW + 9 * DAY)
    assert reject(desk, ticket, now=NOW + 9 * DAY).status == "rejected"


# --- others ---------------------------------------------------------------------------------------------------------


def test_a_return_for_another_reason_needs_none_and_takes_no_false_one(desk: Desk) -> None:
    ticket = desk.apply(desk.world.delivered(), "return_refund", "quality")
    for ground in RejectionGround.values:
        refused(desk, ticket, ground)
    assert reject(desk, ticket).rejection_ground == ""


# --- goods that never left (B-18) -------------------------------------------------------------------------------------


def packed(desk: Desk, **more: Any) -> Ticket:
    order = orders.pack(desk.world.place_order(**more), actor=desk.merchant, now=NOW)
    return desk.apply(order, "refund_only", "dont_want")


@pytest.mark.parametrize(
    "given",
    [
        {},
        BILL,
        {"ground": "late"},
        {"ground": "already_shipped"},
        {**SHIPPED, "tracking_no": " "},
        {**SHIPPED, "tracking_no": "none"},
        {**SHIPPED, "tracking_no": "0000"},
    ],
)
def test_they_are_rejected_only_with_their_waybill(desk: Desk, given: dict[str, str]) -> None:
    ticket = packed(desk)
    assert refused(desk, ticket, **{"ground": "", **given}).details["grounds"] == ["already_shipped"]
    assert not Order.objects.get(pk=ticket.order_id).parcels.exists()


def test_they_leave_with_the_rejection(desk: Desk) -> None:
    ticket = packed(desk, lines=[("TEE", "10.00", 2), ("CAP", "5.00", 1)])
    done, order = reject(desk, ticket, **SHIPPED), Order.objects.get(pk=ticket.order_id)
    assert (done.status, done.rejection_ground, done.order.status) == ("rejected", "already_shipped", "shipped")
    parcel = order.parcels.get()
    assert (parcel.kind, parcel.courier, parcel.tracking_no) == ("outbound", "sf", "SF7")
    assert sorted(parcel.lines.values_list("quantity", flat=True)) == [1, 2]
    assert set(order.lines.values_list("open_quantity", "reserved_quantity", "shipped_quantity")) == {
        (0, 0, 2), (0, 0, 1),
    }  # fmt: skip
    assert not Refund.objects.exists()
    row = done.history().latest("sequence")
    assert (row.action, row.data["ground"]) == ("reject", "already_shipped")
    books.check_order(order)
    # The receipt clock stands still while the buyer may apply again (S-101).
    assert (order.receipt_due_at, order.receipt_left is not None) == (None, True)


def test_only_the_units_of_the_ticket_leave(desk: Desk) -> None:
    order = orders.pack(desk.world.place_order(lines=[("TEE", "10.00", 3)]), actor=desk.merchant, now=NOW)
    ticket = desk.apply(order, "refund_only", "dont_want", quantity=1)
    done = reject(desk, ticket, **SHIPPED)
    assert (done.order.status, order.lines.get().shipped_quantity) == ("paid", 1)


def test_where_they_cannot_be_shipped_nothing_is_rejected(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = packed(desk)

    def broken(*_args: Any, **_kwargs: Any) -> None:
        raise Invalid(errors={"tracking_no": ["No"]})

    monkeypatch.setattr("logistics.services.ship", broken)
    with pytest.raises(Invalid):
        reject(desk, ticket, **SHIPPED)
    row = Ticket.objects.get(pk=ticket.pk)
    assert (row.status, row.order.lines.get().reserved_quantity) == ("pending_review", 2)


def test_virtual_goods_need_no_waybill(desk: Desk) -> None:
    desk.world.sku("TEE", virtual=True)
    done = reject(desk, packed(desk), "already_shipped")
    assert (done.status, done.order.status, done.order.parcels.count()) == ("rejected", "shipped", 0)


def test_goods_on_their_way_need_no_ground_and_no_second_parcel(desk: Desk) -> None:
    ticket = desk.apply(desk.world.shipped(), "refund_only", "not_received")
    lines = list(ticket.lines.select_related("line"))
    assert (needs_ground(ticket, lines), grounds_of(ticket, lines)) == (False, ["already_shipped"])
    parcels = ticket.order.parcels.count()
    done = reject(desk, ticket, "already_shipped")
    assert (done.rejection_ground, ticket.order.parcels.count()) == ("already_shipped", parcels)
