"""Following parcels: subscribed at once, asked for seldom, and nothing is delayed by a source that is down (F23)."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fakes.kuaidi100.server import Fake
from kernel.actors import COURIER
from kernel.jobs import Outcome, job
from logistics import couriers
from logistics.asking import BREAK_AFTER
from logistics.couriers.kuaidi100.adapter import Kuaidi100
from logistics.models import Parcel, ParcelEvent, Tracking
from logistics.services import report
from logistics.tracks import ask, policy
from logistics.tracks.ask import ask_couriers
from logistics.tracks.follow import follow_parcels
from orders.models import Order
from tests.indexes import definition
from tests.threads import race
from tests.world import SECOND, World

from .conftest import sent

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def run(clock: list[datetime], wait: timedelta = timedelta()) -> Outcome:
    clock[0] += wait
    return ask_couriers(clock[0], False)


def tracking(parcel: Parcel) -> Tracking:
    return Tracking.objects.get(parcel=parcel)


def polled(kuaidi100: Kuaidi100, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(kuaidi100), "pushes", False)


def test_who_is_not_connected_is_not_followed(world: World) -> None:
    sent(world, "YT1")
    assert not Tracking.objects.exists()
    assert ask_couriers(world.now, False) == ask_couriers(world.now, True) == Outcome()
    assert follow_parcels(world.now, False) == Outcome()


def test_a_parcel_is_subscribed_once(world: World, kuaidi100: Kuaidi100, fake: Fake, clock: list[datetime]) -> None:
    parcel = sent(world, "YT1", courier="圆通速递")
    sent(world, "X1", courier="Uncle Wang")
    assert Tracking.objects.count() == 1
    assert ask_couriers(clock[0], True) == Outcome(done=1)
    assert run(clock) == Outcome(done=1)
    row = tracking(parcel)
    assert (list(fake.subscriptions), row.subscribed_at, fake.asked["YT1"]) == (["YT1"], clock[0], 0)
    assert row.next_at == clock[0] + policy.spread(policy.SUBSCRIBED, row.pk)
    assert run(clock) == Outcome()


def test_it_is_asked_for_until_it_arrives(
    world: World, kuaidi100: Kuaidi100, fake: Fake, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    polled(kuaidi100, monkeypatch)
    parcel, statuses = sent(world, "YT1"), []
    while (row := tracking(parcel)).next_at is not None:
        clock[0] = max(clock[0], row.next_at)
        run(clock)
        statuses.append(Parcel.objects.get(pk=parcel.pk).status)
    assert statuses == ["picked_up", "in_transit", "delivering", "delivered"]
    assert (fake.asked["YT1"], ParcelEvent.objects.filter(parcel=parcel).count()) == (4, 4)
    assert Order.objects.get(pk=parcel.order_id).fulfilment == "delivered"


@pytest.mark.parametrize(("off", "asked"), [(-SECOND, 1), (0 * SECOND, 2), (SECOND, 2)])
def test_never_twice_within_half_an_hour(
    world: World, kuaidi100: Kuaidi100, fake: Fake, clock: list[datetime], monkeypatch: pytest.MonkeyPatch,
    off: timedelta, asked: int,
) -> None:  # fmt: skip
    """After an answer, whatever made it due again (protocols §4.1)."""
    polled(kuaidi100, monkeypatch)
    parcel = sent(world, "YT1")
    run(clock)
    clock[0] += policy.APART + off
    Tracking.objects.update(next_at=clock[0])
    run(clock)
    assert fake.asked["YT1"] == asked
    if asked == 1:
        assert tracking(parcel).next_at == clock[0] - off


def test_one_that_ended_otherwise_is_left_alone(
    world: World, kuaidi100: Kuaidi100, fake: Fake, clock: list[datetime]
) -> None:
    parcel = sent(world, "YT1")
    report(parcel, status="delivered", actor=COURIER, now=clock[0])
    assert run(clock) == Outcome(done=1)
    assert (tracking(parcel).next_at, fake.subscriptions, fake.asked) == (None, {}, {})


@pytest.mark.parametrize(("days", "wait"), [(29, policy.UNSUBSCRIBED), (31, policy.OLD), (60, None)])
def test_an_old_one_is_asked_for_seldom_and_then_no_more(days: int, wait: timedelta | None) -> None:
    wall = datetime.fromisoformat("2026-06-01T00:00:00+08:00")
    at = policy.after_answer(wall - timedelta(days=days), wall, 25, subscribed=False)
    assert at == (None if wait is None else wall + wait)


def test_what_cannot_be_subscribed_is_asked_for_ever_more_seldom(
    world: World, kuaidi100: Kuaidi100, fake: Fake, clock: list[datetime]
) -> None:
    parcel, waits = sent(world, "UNKNOWN1"), []
    for _ in range(6):
        run(clock)
        row = tracking(parcel)
        assert row.next_at is not None
        waits.append(row.next_at - clock[0])
        clock[0] = row.next_at
    assert (row.fault, row.subscribed_at) == ("courier", None)
    assert waits == sorted(waits)
    assert (row.subscription_refused, fake.asked["UNKNOWN1"]) == (True, 5)


def test_what_cannot_be_subscribed_and_can_be_asked_for_is_asked_for(
    world: World, kuaidi100: Kuaidi100, fake: Fake, clock: list[datetime]
) -> None:
    """And not subscribed again after each answer, which would be refused again."""
    parcel, faults = sent(world, "UNSUBSCRIBED1"), []
    for _ in range(4):
        run(clock)
        row = tracking(parcel)
        faults.append(row.fault)
        clock[0] = row.next_at or clock[0]
    assert (faults, fake.asked["UNSUBSCRIBED1"]) == (["courier", "", "", ""], 3)
    assert ParcelEvent.objects.filter(parcel=parcel).count() == 3


def test_a_phone_of_the_order_is_named(
    world: World, kuaidi100: Kuaidi100, fake: Fake, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    polled(kuaidi100, monkeypatch)
    known, unknown = sent(world, "PHONE1", courier="sf", phone="13900001234"), sent(world, "PHONE2", courier="sf")
    run(clock)
    assert (fake.phones["PHONE1"], tracking(known).fault, tracking(unknown).fault) == ("1234", "", "phone")


@pytest.mark.parametrize(
    ("label", "fault", "asked"),
    [("1234", "", 1), ("0001", "", 2), ("9999", "phone", 2)],
    ids=["buyer", "shop", "other"],
)
def test_a_return_is_known_by_the_phone_of_the_buyer_or_of_the_shop(
    world: World,
    kuaidi100: Kuaidi100,
    fake: Fake,
    clock: list[datetime],
    monkeypatch: pytest.MonkeyPatch,
    label: str,
    fault: str,
    asked: int,
) -> None:
    polled(kuaidi100, monkeypatch)
    parcel = sent(world, "PHONE1", courier="sf", phone="13900001234")
    Parcel.objects.filter(pk=parcel.pk).update(return_phone="0571-86000001")
    fake.knows["PHONE1"] = label
    run(clock)
    assert (tracking(parcel).fault, fake.asked["PHONE1"]) == (fault, asked)


def test_a_source_that_is_down_costs_five_calls_a_run(
    world: World, kuaidi100: Kuaidi100, fake: Fake, clock: list[datetime]
) -> None:
    fake.down = True
    for number in range(1, 13):
        sent(world, f"YT{number}")
    assert run(clock) == Outcome(failed=BREAK_AFTER, skipped=7)
    assert set(Tracking.objects.values_list("fault", flat=True)) == {"", "down"}
    Tracking.objects.update(next_at=clock[0])
    for off in (MINUTE, policy.LEASE - MINUTE - SECOND):  # it is left alone, whatever is due
        assert run(clock, off) == Outcome()
    assert run(clock, SECOND) == Outcome(failed=BREAK_AFTER, skipped=7)
    fake.down = False
    clock[0] += timedelta(hours=1)
    assert run(clock).done == 12
    assert len(fake.subscriptions) == 12


def test_a_day_of_failures_is_caught_up(world: World, kuaidi100: Kuaidi100, fake: Fake, clock: list[datetime]) -> None:
    parcel, calls, begun = sent(world, "YT1"), 0, clock[0]
    fake.down = True
    while clock[0] < begun + timedelta(days=1):
        calls += run(clock).failed
        clock[0] = tracking(parcel).next_at or clock[0]
    assert calls < 15
    fake.down = False
    run(clock)
    assert (tracking(parcel).failures, tracking(parcel).fault, list(fake.subscriptions)) == (0, "", ["YT1"])


def fail_for(parcel: Parcel, monkeypatch: pytest.MonkeyPatch) -> None:
    real = ask.report_trace

    def fails(row: Parcel, *args: object, **kwargs: object) -> Parcel:
        if row.pk == parcel.pk:
            raise RuntimeError("a receiver is broken")
        return real(row, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(ask, "report_trace", fails)


def test_a_fault_of_ours_leaves_the_others(
    world: World, kuaidi100: Kuaidi100, fake: Fake, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    polled(kuaidi100, monkeypatch)
    broken, other = sent(world, "YT1"), sent(world, "YT2")
    with monkeypatch.context() as patch:
        fail_for(broken, patch)
        assert run(clock) == Outcome(done=1, failed=1)
        assert [ParcelEvent.objects.filter(parcel=parcel).count() for parcel in (broken, other)] == [0, 1]
        row = tracking(broken)
        assert (row.fault, row.failures, row.asked_at, row.answered_at) == ("ours", 1, clock[0], None)
    clock[0] = row.next_at or clock[0]
    assert run(clock) == Outcome(done=1)
    row = tracking(broken)
    assert (row.fault, row.failures, row.answered_at) == ("", 0, clock[0])


def test_a_fault_of_ours_is_asked_about_ever_more_seldom(
    world: World, kuaidi100: Kuaidi100, fake: Fake, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    polled(kuaidi100, monkeypatch)
    parcel, waits = sent(world, "YT1"), []
    fail_for(parcel, monkeypatch)
    while (at := tracking(parcel).next_at) is not None:
        waits.append(at - clock[0])
        run(clock, at - clock[0])
    assert waits[1:] == sorted(waits[1:])
    assert (waits[1], waits[-1]) == (policy.APART, policy.spread(policy.MAX_DELAY, tracking(parcel).pk))
    assert fake.asked["YT1"] < 200  # in 60 days


def test_what_was_not_asked_says_nothing_of_the_source(
    world: World, kuaidi100: Kuaidi100, fake: Fake, clock: list[datetime]
) -> None:
    """Parcels that have ended stand between those of which nothing is answered."""
    fake.down = True
    for number in range(1, 13):
        parcel = sent(world, f"YT{number}")
        if number % 2:
            report(parcel, status="delivered", actor=COURIER, now=clock[0])
    assert run(clock) == Outcome(done=5, failed=BREAK_AFTER, skipped=2)
    assert not ask.BREAKER.allows()
    Tracking.objects.filter(parcel__status="in_transit").update(next_at=None)
    Tracking.objects.filter(parcel__status="delivered").update(next_at=clock[0])
    assert run(clock, policy.LEASE) == Outcome(done=6)  # not asked for
    assert not ask.BREAKER.allows()


def test_a_slow_source_has_half_of_a_workers_time(
    world: World, kuaidi100: Kuaidi100, fake: Fake, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert job("ask_couriers").every == policy.RUN_SECONDS * 2
    monkeypatch.setattr(policy, "RUN_SECONDS", 0.01)
    fake.delay = 0.02
    parcels = [sent(world, f"YT{number}") for number in range(1, 6)]
    for left in (4, 3, 2, 1, 0):
        # The others come first in the next run, and nobody is left behind for ten minutes.
        assert run(clock) == Outcome(done=1, skipped=left)
        assert [tracking(parcel).next_at for parcel in parcels[5 - left :]] == [clock[0]] * left
    assert len(fake.subscriptions) == 5


@pytest.mark.django_db(transaction=True)
def test_two_workers_ask_once(world: World, kuaidi100: Kuaidi100, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    polled(kuaidi100, monkeypatch)
    for number in range(1, 7):
        sent(world, f"YT{number}")
    race(*[lambda: ask_couriers(world.now, False)] * 4)
    assert set(fake.asked.values()) == {1}
    assert len(fake.asked) == 6


def test_parcels_from_before_are_taken_up(world: World, kuaidi100: Kuaidi100, clock: list[datetime]) -> None:
    parcel = sent(world, "YT1")
    Tracking.objects.all().delete()
    old = sent(world, "YT2")
    Tracking.objects.all().delete()
    Parcel.objects.filter(pk=old.pk).update(sent_at=clock[0] - policy.OVER_AFTER)
    sent(world, "X1", courier="Uncle Wang")
    assert job("follow_parcels").run(clock[0], False) == Outcome(done=1)
    assert list(Tracking.objects.values_list("parcel_id", flat=True)) == [parcel.pk]


def test_the_run_is_two_statements_and_two_a_parcel(
    world: World, kuaidi100: Kuaidi100, clock: list[datetime], django_assert_num_queries: object
) -> None:
    for number in range(1, 6):
        sent(world, f"YT{number}")
    with django_assert_num_queries(5 + 5):  # type: ignore[operator]
        run(clock)


def test_what_is_due_is_picked_in_one_statement_by_its_index(
    world: World, kuaidi100: Kuaidi100, clock: list[datetime]
) -> None:
    for number in range(1, 6):
        sent(world, f"YT{number}")
    assert definition("tracking_next").endswith("(next_at) WHERE (next_at IS NOT NULL)")
    with CaptureQueriesContext(connection) as captured:
        assert len(ask._lease(clock[0])) == 5
    assert [query["sql"].split()[0] for query in captured] == ["SAVEPOINT", "SELECT", "UPDATE", "SELECT", "RELEASE"]


def test_the_codes_of_couriers_are_connected(kuaidi100: Kuaidi100) -> None:
    assert "sf" in couriers.connected()
    assert "pingyou" not in couriers.connected()
