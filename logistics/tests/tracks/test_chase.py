"""Suspected loss (S-143): a courier that was asked, and tells nothing new of a parcel for days."""

from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.utils import translation

from accounts.models import Policy
from kernel.actors import COURIER
from kernel.jobs import Outcome, job
from kernel.models import History
from logistics import couriers, services
from logistics.couriers import OF_PARCEL, Fault, Push, Scan
from logistics.machine import MAY_BE_LOST, ON_THE_WAY, TO_CHASE, Status
from logistics.models import Parcel, Tracking
from logistics.services import ship
from logistics.tracks import policy
from logistics.tracks.push import apply_push
from logistics.wording import for_buyer, for_shop
from orders.models import Order
from tests.leftovers import in_chinese, in_english, names
from tests.world import DAY, NOW, SECOND, World

pytestmark = pytest.mark.django_db
DAYS = 5 * DAY
ZERO = timedelta(0)


class Connected(couriers.Manual):
    codes = frozenset({"yto"})


@pytest.fixture(autouse=True)
def connected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(couriers, "_COURIER", Connected())


@pytest.fixture
def parcel(world: World) -> Parcel:
    ship(world.place_order(), courier="yto", tracking_no="YT1", actor=world.actor("mei"), now=world.now)
    return Parcel.objects.select_related("order__policy").get()


def answered(at: datetime, fault: str = "") -> None:
    assert Tracking.objects.update(answered_at=at, fault=fault) == 1


def scanned(parcel: Parcel, at: datetime, status: str = "in_transit", now: datetime | None = None) -> Parcel:
    return services.report(parcel, status=status, at=at, text=f"{status} {at}", actor=COURIER, now=now or at)


def run(now: datetime) -> tuple[int, str, datetime | None]:
    done = job("suspect_losses").run(now, False).done
    row = Parcel.objects.get()
    return done, row.status, row.silent_since


@pytest.mark.parametrize("off", [-SECOND, ZERO, SECOND])
def test_after_the_days_of_the_policy(world: World, parcel: Parcel, off: timedelta) -> None:
    answered(world.now + DAYS + SECOND)
    due = off >= ZERO
    assert job("suspect_losses").run(world.now + DAYS + off, True) == Outcome(done=int(due))
    assert run(world.now + DAYS + off) == ((1, "exception", world.now) if due else (0, "in_transit", None))
    assert run(world.now + DAYS + off)[0] == 0  # and once
    steps = History.objects.filter(machine="parcel", object_id=parcel.pk).order_by("sequence")
    assert [(row.action, row.actor_kind) for row in steps][1:] == [("suspect_loss", "clock")] * due
    assert not parcel.events.exists()


@pytest.mark.parametrize("off", [-SECOND, ZERO, SECOND])
def test_only_by_an_answer_from_then(world: World, parcel: Parcel, off: timedelta) -> None:
    """What was told before says nothing of the days since; our own silence is not the courier's."""
    answered(world.now + DAYS + off)
    assert run(world.now + 9 * DAY)[0] == (off >= ZERO)


@pytest.mark.parametrize("off", [-SECOND, ZERO, SECOND])
def test_the_days_begin_with_the_newest_scan(world: World, parcel: Parcel, off: timedelta) -> None:
    last = world.now + 2 * DAY
    scanned(parcel, last)
    scanned(parcel, world.now + DAY, "picked_up", now=last)
    answered(last + DAYS + DAY)
    assert run(last + DAYS + off) == ((1, "exception", last) if off >= ZERO else (0, "in_transit", None))


def test_a_scan_from_before_it_was_sent_begins_nothing(world: World, parcel: Parcel) -> None:
    """A number is often typed late."""
    scanned(parcel, world.now - 3 * DAY, now=world.now)
    answered(world.now + 9 * DAY)
    assert run(world.now + DAYS - SECOND)[0] == 0
    assert run(world.now + DAYS)[0] == 1


@pytest.mark.parametrize("fault", [*Fault, "ours"])
def test_our_own_silence_never_counts(world: World, parcel: Parcel, fault: str) -> None:
    answered(world.now + DAYS, fault)
    assert run(world.now + 9 * DAY)[0] == (fault in OF_PARCEL)


def test_nor_that_of_who_is_not_asked(world: World, parcel: Parcel, monkeypatch: pytest.MonkeyPatch) -> None:
    answered(world.now + DAYS)
    monkeypatch.setattr(Connected, "codes", frozenset({"sf"}))
    assert run(world.now + 9 * DAY)[0] == 0
    monkeypatch.setattr(couriers, "_COURIER", couriers.Manual())
    assert run(world.now + 9 * DAY)[0] == 0
    assert Tracking.objects.all().delete()[0] == 1
    monkeypatch.setattr(couriers, "_COURIER", Connected())
    assert run(world.now + 9 * DAY)[0] == 0


@pytest.mark.parametrize("status", Status.values)
def test_only_where_nothing_was_wrong(world: World, parcel: Parcel, status: str) -> None:
    scanned(parcel, world.now + SECOND, status)
    answered(world.now + 9 * DAY)
    done, now, since = run(world.now + 9 * DAY)
    assert (done, since) == ((1, world.now + SECOND) if status in MAY_BE_LOST else (0, None))
    assert now == (Status.EXCEPTION if status in MAY_BE_LOST else status)


def test_a_shop_chooses_the_days(world: World, parcel: Parcel) -> None:
    Policy.objects.update(silent_days=2)
    answered(world.now + 9 * DAY)
    assert [run(world.now + 2 * DAY + off)[0] for off in (-SECOND, ZERO)] == [0, 1]


def suspected(world: World, parcel: Parcel) -> datetime:
    scanned(parcel, world.now + SECOND, "delivering")
    answered(world.now + 9 * DAY)
    assert run(world.now + 9 * DAY)[0] == 1
    return world.now + 9 * DAY


@pytest.mark.parametrize("status", Status.values)
def test_the_next_scan_ends_it_by_itself(world: World, parcel: Parcel, status: str) -> None:
    now = suspected(world, parcel)
    assert run(now) == (0, "exception", world.now + SECOND)
    moved = scanned(parcel, now, status)
    assert (moved.status, moved.silent_since) == (status, None)
    assert run(now)[0] == 0


def test_the_same_scan_again_or_an_older_one_does_not(world: World, parcel: Parcel) -> None:
    now = suspected(world, parcel)
    scans = [Scan(world.now, "picked_up", "late"), Scan(world.now + SECOND, "delivering", "again")]
    for trace in (scans[1:], scans, scans[:1]):
        moved = services.report_trace(Parcel.objects.select_related("order").get(), trace, now=now)
        assert (moved.status, moved.silent_since) == ("exception", world.now + SECOND)


def test_it_is_news_and_is_undone_by_news(world: World, parcel: Parcel) -> None:
    now = suspected(world, parcel)
    scanned(parcel, now)
    steps = History.objects.filter(machine="parcel", object_id=parcel.pk).order_by("sequence")
    assert [row.action for row in steps] == ["create", "scan", "suspect_loss", "scan"]
    assert {Parcel.EVENTS[row.action] for row in steps} == {"parcel.updated"}
    with translation.override("zh-hans"):
        assert "商家" in steps[2].words


@pytest.mark.parametrize(
    ("scan", "off"),
    [(None, -SECOND), (None, ZERO), (None, SECOND), (DAY, -SECOND), (DAY, ZERO), (DAY, SECOND)],
)
def test_a_source_that_gives_up_says_so_at_once(
    world: World, parcel: Parcel, monkeypatch: pytest.MonkeyPatch, scan: timedelta | None, off: timedelta
) -> None:
    """kuaidi100's `abort`, of which three days without a scan are the reason; unless somebody else told of one."""
    begins = world.now + (scan or ZERO)
    if scan:
        scanned(parcel, begins)
    now = begins + policy.IN_VAIN_AFTER + off
    monkeypatch.setattr("kernel.calls.clock.wall", lambda: now)
    for _ in range(2):
        assert apply_push(Push(frozenset({"yto"}), "YT1", (), over=True, in_vain=True), now=now)
    row = Parcel.objects.get()
    assert (row.status, row.silent_since) == (("exception", begins) if off >= ZERO else ("in_transit", None))
    assert Tracking.objects.get().next_at == now + policy.APART  # subscribed again


def test_what_is_over_because_it_arrived_is_not_suspected(world: World, parcel: Parcel) -> None:
    now = world.now + 9 * DAY
    assert apply_push(Push(frozenset({"yto"}), "YT1", (), over=True), now=now)
    assert Parcel.objects.get().status == "in_transit"


def test_nothing_about_the_order_moves(world: World, parcel: Parcel) -> None:
    before = dict(Order.objects.values().get())
    suspected(world, parcel)
    after = dict(Order.objects.values().get())
    assert {name for name, value in before.items() if value != after[name]} <= {"updated_at"}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("kind", Parcel.Kind.values)
def test_either_side_reads_what_happens_next(language: str, kind: str) -> None:
    said: set[str] = set()
    with translation.override(language):
        for status, since, scanned in product(Status.values, (None, NOW), (True, False)):
            if since and status != Status.EXCEPTION:
                continue
            buyer = for_buyer(status=status, kind=kind, silent_since=since, scanned=scanned)
            shop = for_shop(Parcel(kind=kind, status=status, silent_since=since))
            assert bool(buyer) == bool(shop) == (status in TO_CHASE)
            said |= {buyer, shop} - {""}
    assert len(said) == 6 + (kind == Parcel.Kind.RETURN)
    left_over = in_english if language == "en" else in_chinese
    assert [wrong for text in said if (wrong := left_over(text, names([])))] == []


def test_every_state_on_the_way_is_suspected_or_chased_already() -> None:
    assert {*MAY_BE_LOST, *TO_CHASE} == set(ON_THE_WAY)


def test_statements_of_the_job(world: World, parcel: Parcel, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(1):
        job("suspect_losses").run(world.now + 9 * DAY, False)
