"""Old numbers and other parcels' numbers prove nothing: what a source says of them is no news of this parcel."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from kernel.actors import COURIER
from logistics import couriers
from logistics.couriers import Manual, Push, Scan
from logistics.models import Parcel, ParcelEvent, Tracking
from logistics.numbers import borrowed, no_number
from logistics.services import create_parcel, report, ship
from logistics.tracks.follow import follow_parcels
from logistics.tracks.push import apply_push
from orders.models import Order
from tests.world import SECOND, World

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
KINDS = ["return", "replacement", "send_back"]


class Connected(Manual):
    codes = frozenset({"yto"})


@pytest.fixture(autouse=True)
def connected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(couriers, "_COURIER", Connected())


@pytest.fixture
def order(world: World) -> Order:
    """With its own parcel, which was sent 48 hours ago."""
    order = world.place_order(placed_at=timezone.now() - 49 * HOUR)
    ship(order, courier="yto", tracking_no="YT100", actor=world.actor("mei"), now=timezone.now() - 48 * HOUR)
    return Order.objects.get(pk=order.pk)


def parcel(order: Order, kind: str, number: str, at: datetime, **more: Any) -> Parcel:
    return create_parcel(order, kind, courier="yto", tracking_no=number, units={}, actor=COURIER, now=at, **more)


def tell(number: str, *scans: tuple[datetime, str]) -> None:
    rows = tuple(Scan(at.replace(microsecond=0), status, f"{status} {at:%d %H:%M:%S}") for at, status in scans)
    assert apply_push(Push(frozenset({"yto"}), number, rows), now=timezone.now())


def status(row: Parcel) -> str:
    return Parcel.objects.get(pk=row.pk).status


def is_followed(row: Parcel) -> bool:
    return Tracking.objects.filter(parcel=row).exists()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("off", "expected"), [(-SECOND, "in_transit"), (0 * SECOND, "delivered"), (SECOND, "delivered")]
)
def test_nothing_from_before_it_was_sent_delivers_it(order: Order, kind: str, off: timedelta, expected: str) -> None:
    """Of an old number, or of one that another order had."""
    at = timezone.now() - HOUR
    row = parcel(order, kind, "YT200", at)
    tell("YT200", (at - 30 * HOUR, "in_transit"), (at + off, "delivered"))
    assert status(row) == expected
    # Nor is it stored: a scan ends the doubt about a number.
    assert ParcelEvent.objects.filter(parcel=row).count() == (expected == "delivered")


@pytest.mark.parametrize("kind", KINDS)
def test_nor_is_it_lost_or_returned_by_that(order: Order, kind: str) -> None:
    at = timezone.now() - HOUR
    row = parcel(order, kind, "YT200", at)
    tell("YT200", (at - 3 * HOUR, "returned"), (at - 2 * HOUR, "lost"))
    assert (status(row), ParcelEvent.objects.filter(parcel=row).exists()) == ("in_transit", False)


@pytest.mark.parametrize(
    ("off", "expected"), [(-SECOND, "in_transit"), (0 * SECOND, "delivered"), (SECOND, "delivered")]
)
def test_the_number_of_the_order_may_be_typed_late(order: Order, off: timedelta, expected: str) -> None:
    tell("YT100", (order.placed_at + off, "delivered"))
    assert status(order.parcels.get()) == expected


@pytest.mark.parametrize(
    ("off", "expected"), [(-SECOND, "in_transit"), (0 * SECOND, "delivered"), (SECOND, "delivered")]
)
def test_not_so_of_one_that_is_sent_again(order: Order, off: timedelta, expected: str) -> None:
    old, at = order.parcels.get(), timezone.now() - HOUR
    report(old, status="lost", actor=COURIER, now=at)
    row = parcel(order, "outbound", "YT100", at, replaces=old)
    tell("YT100", (at + off, "delivered"))
    assert status(row) == expected


@pytest.mark.parametrize(
    ("off", "expected"), [(-SECOND, "in_transit"), (0 * SECOND, "delivered"), (SECOND, "delivered")]
)
def test_nor_of_a_second_parcel_with_the_number_of_the_first(order: Order, off: timedelta, expected: str) -> None:
    at = timezone.now() - HOUR
    row = parcel(order, "outbound", "yt-100", at)
    tell("YT100", (at + off, "delivered"))
    assert (status(order.parcels.earliest("pk")), status(row)) == ("delivered", expected)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", ["YT100", "yt 100", "ｙｔ－１００"])
def test_the_number_of_another_direction_is_not_followed(order: Order, kind: str, number: str) -> None:
    """The order's own number among them. Its parcel may be on its way still, and will be delivered after this one."""
    own, row = order.parcels.get(), parcel(order, kind, number, timezone.now() - HOUR)
    assert (is_followed(own), is_followed(row), borrowed([own, row])) == (True, False, {row.pk})
    tell("YT100", (timezone.now(), "delivered"))
    assert (status(own), status(row)) == ("delivered", "in_transit")


@pytest.mark.parametrize(("off", "yes"), [(-SECOND, True), (0 * SECOND, True), (SECOND, False)])
def test_the_number_of_a_return_that_was_delivered_before(order: Order, off: timedelta, yes: bool) -> None:
    """A second ticket with the number of the first. While that is on its way, it is one box, or a correction."""
    at = timezone.now() - HOUR
    first = parcel(order, "return", "YT200", at - 10 * HOUR)
    report(first, status="delivered", at=at + off, actor=COURIER, now=at + off)
    second = parcel(order, "return", "YT200", at)
    assert (borrowed([first, second]) == {second.pk}, not is_followed(second)) == (yes, yes)
    assert borrowed([second], corrected=Parcel.objects.filter(pk=first.pk)) == set()
    tell("YT200", (at - 5 * HOUR, "delivered"))
    assert (status(second), ParcelEvent.objects.filter(parcel=second).exists()) == ("in_transit", False)


def test_another_order_may_have_it(world: World, order: Order) -> None:
    """Couriers give their numbers again, and one box may hold what two orders have sent back."""
    report(order.parcels.get(), status="delivered", actor=COURIER, now=timezone.now() - 2 * HOUR)
    row = parcel(world.place_order(), "return", "YT100", timezone.now() - HOUR)
    assert (borrowed([row]), is_followed(row)) == (set(), True)
    tell("YT100", (timezone.now() - 2 * HOUR, "delivered"))
    assert status(row) == "in_transit"
    tell("YT100", (timezone.now(), "delivered"))
    assert status(row) == "delivered"


@pytest.mark.parametrize("number", ["later", "0000", "111111"])
def test_what_is_no_number_is_not_followed(order: Order, number: str) -> None:
    assert no_number(number)
    assert not is_followed(parcel(order, "return", number, timezone.now()))


def test_the_job_that_takes_up_parcels_leaves_them_too(order: Order) -> None:
    rows = [parcel(order, "return", number, timezone.now()) for number in ("YT100", "later", "YT200")]
    Tracking.objects.all().delete()
    assert follow_parcels(timezone.now(), False).done == 2
    assert [is_followed(row) for row in rows] == [False, False, True]
