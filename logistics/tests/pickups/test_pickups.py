"""Pickups over real sockets: booked, collected, missed, taken back, and told. All of it with every source."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fakes.pickups import BUSY, DEAR, FAR, LATE, NUMBERLESS
from kernel.calls import Deadline
from kernel.errors import Conflict, Invalid
from kernel.jobs import job
from kernel.models import History
from logistics import couriers
from logistics.couriers import Contact, CourierError, Fault
from logistics.models import Pickup
from logistics.pickups import outcome, policy, services
from logistics.pickups import send as send_module
from logistics.pickups.machine import Status
from logistics.pickups.send import due
from logistics.pickups.wording import Reason, reason_text
from orders import services as orders
from tests.indexes import definition
from tests.world import World

from .conftest import RECEIVER, SENDER, booked, fresh, only, post, posted, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("source")]
Clock = list[datetime]


def tell(fake: Any, pickup: Pickup, *, secret: str = "", **form: str) -> int:
    """The notice of its state now, as the source sends it."""
    path, fields = posted(fake, pickup.pickup_no, secret=secret)
    return post(path, fields | form)


def step(fake: Any, pickup: Pickup) -> int:
    fake.pickups.move(pickup.pickup_no)
    return tell(fake, pickup)


def actions(pickup: Pickup) -> list[str]:
    rows = History.objects.filter(machine="pickup", object_id=pickup.pk).order_by("sequence")
    return list(rows.values_list("action", flat=True))


# --- booking ------------------------------------------------------------------------------------------------


def test_it_is_committed_before_anybody_is_asked(world: World, fake: Any, clock: Clock) -> None:
    pickup = booked(world, clock)
    assert (pickup.status, pickup.sent_at, fake.pickups.asked.total()) == (Status.REQUESTED, None, 0)
    run(clock)
    row = fresh(pickup)
    assert (row.status, row.task_no, row.tracking_no) == (
        Status.BOOKED, fake.pickups.bookings[pickup.pickup_no].task, "YT9000000000000",
    )  # fmt: skip
    assert row.next_at == row.ends_at + policy.AFTER_SLOT
    assert fake.pickups.asked == {fake.pickups.books: 1}


def test_the_whole_journey(world: World, fake: Any, clock: Clock) -> None:
    pickup = booked(world, clock)
    run(clock)
    assert [step(fake, pickup) for _ in range(3)] == [200, 200, 200]
    row = fresh(pickup)
    assert (row.status, row.person_name, row.freight, row.weight) == (
        Status.COLLECTED, "周师傅", Decimal("13.50"), Decimal("1.2"),
    )  # fmt: skip
    assert (row.next_at, row.collected_at is not None) == (None, True)
    assert actions(pickup) == ["create", "book", "assign", "collect", "bill"]


def test_an_answer_that_was_lost_is_asked_for_with_the_same_number(world: World, fake: Any, clock: Clock) -> None:
    pickup = booked(world, clock, address=BUSY)
    run(clock)
    row = fresh(pickup)
    assert (row.status, row.failures, row.next_at) == (Status.REQUESTED, 1, clock[0] + timedelta(minutes=1))
    assert row.sent_at is not None
    run(clock, after=timedelta(seconds=59))
    assert fake.pickups.asked[fake.pickups.books] == 1
    run(clock, after=timedelta(seconds=1))
    assert (fresh(pickup).status, len(fake.pickups.bookings)) == (Status.BOOKED, 1)
    assert tell(fake, pickup) == 200


@only("kuaidi100")
def test_a_notice_before_the_answer_comes_again(world: World, fake: Any, clock: Clock) -> None:
    """Nobody here knows its task yet."""
    pickup = booked(world, clock, address=BUSY)
    run(clock)
    assert tell(fake, pickup) == 503
    run(clock, after=timedelta(minutes=1))
    assert tell(fake, pickup) == 200


@only("kdniao")
def test_a_notice_before_the_answer_counts_where_it_names_our_number(world: World, fake: Any, clock: Clock) -> None:
    pickup = booked(world, clock, address=BUSY)
    run(clock)
    fake.pickups.bookings[pickup.pickup_no].state = fake.pickups.collected
    assert tell(fake, pickup) == 200
    assert (fresh(pickup).status, actions(pickup)) == (Status.COLLECTED, ["create", "collect"])


@only("kdniao")
def test_a_notice_holds_several_and_those_of_others_are_none_of_ours(world: World, fake: Any, clock: Clock) -> None:
    mine, other = booked(world, clock), booked(world, clock)
    run(clock)
    for each in (mine, other):
        fake.pickups.bookings[each.pickup_no].state = fake.pickups.collected
    path, fields = posted(fake, mine.pickup_no, also=(other.pickup_no,))
    Pickup.objects.filter(pk=other.pk).update(pickup_no="PU0")
    assert post(path, fields) == 200
    assert (fresh(mine).status, fresh(other).status) == (Status.COLLECTED, Status.BOOKED)


@only("kdniao")
def test_a_notice_that_cannot_be_stored_comes_again(
    world: World, fake: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = booked(world, clock), booked(world, clock)
    run(clock)
    for each in (mine, other):
        fake.pickups.bookings[each.pickup_no].state = fake.pickups.collected
    apply = outcome.apply

    def one_fails(pickup: Pickup, *args: Any, **facts: Any) -> Pickup:
        if pickup.pk == mine.pk:
            raise RuntimeError("no")
        return apply(pickup, *args, **facts)

    path, fields = posted(fake, mine.pickup_no, also=(other.pickup_no,))
    with monkeypatch.context() as patch:
        patch.setattr(outcome, "apply", one_fails)
        assert post(path, fields) == 503
    assert (fresh(mine).status, fresh(other).status) == (Status.BOOKED, Status.COLLECTED)
    assert post(path, fields) == 200
    assert fresh(mine).status == Status.COLLECTED


@only("kdniao")
def test_switched_off_a_notice_is_taken_and_changes_nothing(
    world: World, fake: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    pickup = booked(world, clock)
    run(clock)
    fake.pickups.bookings[pickup.pickup_no].state = fake.pickups.collected
    monkeypatch.setattr(couriers, "_PICKUPS", None)
    assert tell(fake, pickup) == 200
    assert fresh(pickup).status == Status.BOOKED


@only("kdniao")
def test_an_address_without_a_district_is_the_buyers_to_mend(world: World, clock: Clock) -> None:
    order = world.delivered()
    for address, field in (("建国路 1 号", "address"), ("1 Lantern Street", "address")):
        with pytest.raises(Invalid) as refusal:
            again(world, clock, order, sender=Contact("x", "1", address))
        assert list(refusal.value.errors or ()) == [field]
    with pytest.raises(Conflict, match="lacks"):
        booked(world, clock, receiver=RECEIVER | {"address": "文一西路 1 号"})


def test_where_nobody_comes_it_is_refused_in_the_couriers_words(world: World, clock: Clock) -> None:
    pickup = booked(world, clock, address=FAR)
    run(clock)
    row = fresh(pickup)
    assert (row.status, row.reason, row.next_at) == (Status.REFUSED, "该地址不在揽收范围内", None)


@pytest.mark.parametrize(
    ("price", "status"), [("87.99", Status.REFUSED), ("88.00", Status.BOOKED), ("88.01", Status.BOOKED)]
)
def test_what_costs_more_than_the_shop_pays_is_not_booked(
    world: World, fake: Any, clock: Clock, price: str, status: Status
) -> None:
    pickup = booked(world, clock, address=DEAR, max_price=Decimal(price))
    run(clock)
    row = fresh(pickup)
    assert (row.status, row.price) == (status, Decimal("88.00"))
    refused = status == Status.REFUSED
    assert (row.sent_at is None, fake.pickups.asked[fake.pickups.books], row.reason) == (
        refused, int(not refused), Reason.TOO_DEAR if refused else "",
    )  # fmt: skip


def test_three_bookings_and_no_more(world: World, clock: Clock) -> None:
    pickup = booked(world, clock)
    order = pickup.order
    for _ in range(policy.BOOKINGS - 1):
        services.cancel(fresh(pickup), actor=world.actor("alice"), now=clock[0])
        pickup = again(world, clock, order)
    services.cancel(fresh(pickup), actor=world.actor("alice"), now=clock[0])
    with pytest.raises(Conflict, match="3"), transaction.atomic():
        again(world, clock, order)


def again(world: World, clock: Clock, order: Any, **facts: Any) -> Pickup:
    given: dict[str, Any] = {
        "key": "AS1", "courier": "yto", "day": policy.days(clock[0])[0], "slot": "13:00-15:00", "sender": SENDER,
        "receiver": RECEIVER, "max_price": None,
        "actor": world.actor("alice"), "now": clock[0],
    }  # fmt: skip
    return services.book(orders.lock(order.pk, shop_id=order.shop_id), **given | facts)


def test_one_is_open_at_a_time(world: World, clock: Clock) -> None:
    pickup = booked(world, clock)
    with pytest.raises(IntegrityError, match="pickup_one_open"), transaction.atomic():
        again(world, clock, pickup.order)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"courier": "cainiao"}, "courier"),
        ({"courier": "nobody"}, "courier"),
        ({"slot": "13:00-13:59"}, "slot"),
        ({"slot": "07:00-09:00"}, "slot"),
        ({"slot": "09:00-10:59"}, "slot"),
        ({"sender": Contact("", SENDER.phone, SENDER.address)}, "name"),
        ({"sender": Contact(SENDER.name, " ", SENDER.address)}, "phone"),
        ({"sender": Contact(SENDER.name, SENDER.phone, "\n")}, "address"),
        ({"sender": Contact(SENDER.name, SENDER.phone, "a" * 401)}, "address"),
        ({"sender": Contact(SENDER.name, SENDER.phone, "北" * 101)}, "address"),
        ({"sender": Contact(SENDER.name, SENDER.phone, "a\x00b")}, "address"),
    ],
)
def test_what_cannot_be_booked(world: World, clock: Clock, facts: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        booked(world, clock, **facts) if "sender" not in facts else again(world, clock, world.delivered(), **facts)
    assert list(refusal.value.errors or ()) == [field]


def test_the_address_of_a_shop_that_is_too_long_is_no_fault_of_the_buyers(world: World, clock: Clock) -> None:
    place = "北京市朝阳区"
    receiver = {"name": "x", "phone": "1", "address": place + "北" * 94}
    assert booked(world, clock, receiver=receiver).pk
    with pytest.raises(Conflict, match="too long"):
        booked(world, clock, receiver=receiver | {"address": place + "北" * 95})


@pytest.mark.parametrize(("days", "taken"), [(-1, False), (0, True), (2, True), (3, False)])
def test_the_days_that_can_be_booked(world: World, clock: Clock, days: int, taken: bool) -> None:
    day = policy.days(clock[0])[0] + timedelta(days=days)
    if taken:
        assert booked(world, clock, day=day).pk
        return
    with pytest.raises(Invalid):
        booked(world, clock, day=day)


@only("kuaidi100")
def test_without_a_source_nobody_comes(world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(couriers, "_PICKUPS", None)
    with pytest.raises(Invalid):
        booked(world, clock)
    assert post("/notify/kuaidi100/pickup/", {"taskId": "T1", "sign": "x", "param": "{}"}) == 404


# --- taking it back -----------------------------------------------------------------------------------------


def test_what_never_left_is_cancelled_at_once(world: World, fake: Any, clock: Clock) -> None:
    pickup = booked(world, clock)
    services.cancel(fresh(pickup), actor=world.actor("alice"), now=clock[0])
    run(clock)
    assert (fresh(pickup).status, fake.pickups.asked.total()) == (Status.CANCELLED, 0)


def test_what_has_left_is_cancelled_by_the_couriers_word(world: World, fake: Any, clock: Clock) -> None:
    pickup = booked(world, clock)
    run(clock)
    services.cancel(fresh(pickup), actor=world.actor("alice"), now=clock[0])
    assert fresh(pickup).status == Status.BOOKED
    run(clock)
    assert (fresh(pickup).status, fake.pickups.cancelled) == (Status.CANCELLED, [pickup.pickup_no])


def test_too_late_to_cancel_it_stays_open(world: World, fake: Any, clock: Clock) -> None:
    pickup = booked(world, clock, address=LATE)
    run(clock)
    services.cancel(fresh(pickup), actor=world.actor("alice"), now=clock[0])
    run(clock)
    row = fresh(pickup)
    assert (row.status, row.cancel_refused_at, row.may_be_cancelled) == (Status.BOOKED, clock[0], False)
    assert row.next_at == row.ends_at + policy.AFTER_SLOT
    assert [step(fake, pickup) for _ in range(2)] == [200, 200]
    assert fresh(pickup).status == Status.COLLECTED


def test_a_cancellation_that_comes_during_a_question_is_not_put_off(
    world: World, fake: Any, clock: Clock, source: Any
) -> None:
    pickup = booked(world, clock)
    run(clock)
    row = fresh(pickup)
    clock[0] = row.ends_at + policy.AFTER_SLOT
    asked = source.ask(task_no=row.task_no, deadline=Deadline.after(5))
    services.cancel(fresh(pickup), actor=world.actor("alice"), now=clock[0])
    outcome.apply(row, asked, now=clock[0])
    assert fresh(pickup).next_at == clock[0]
    run(clock)
    assert fresh(pickup).status == Status.CANCELLED


def test_a_cancellation_that_comes_during_a_failed_question_is_not_put_off(
    world: World, fake: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    pickup = booked(world, clock)
    run(clock)
    clock[0] = pickup.ends_at + policy.AFTER_SLOT

    def cancelled_meanwhile(*args: Any, **facts: Any) -> None:
        services.cancel(fresh(pickup), actor=world.actor("alice"), now=clock[0])
        raise CourierError("no answer", Fault.DOWN)

    with monkeypatch.context() as patch:
        patch.setattr(send_module, "_news", cancelled_meanwhile)
        run(clock)
    row = fresh(pickup)
    assert (row.failures, row.next_at) == (1, clock[0])
    run(clock)
    assert fresh(pickup).status == Status.CANCELLED


@pytest.mark.parametrize(("state", "status"), [("cancelled_state", Status.CANCELLED), ("collected", Status.COLLECTED)])
def test_a_cancellation_that_is_refused_because_it_is_over_is_asked_for(
    world: World, fake: Any, clock: Clock, state: str, status: Status
) -> None:
    """Its answer was lost, or the goods are gone: a refusal alone does not say which."""
    pickup = booked(world, clock, address=LATE)
    run(clock)
    fake.pickups.bookings[pickup.pickup_no].state = getattr(fake.pickups, state)
    services.cancel(fresh(pickup), actor=world.actor("alice"), now=clock[0])
    run(clock)
    row = fresh(pickup)
    assert (row.status, row.cancel_refused_at) == (status, None)
    assert "keep" not in actions(pickup)


def test_one_whose_answer_was_lost_is_booked_first_and_cancelled_then(world: World, fake: Any, clock: Clock) -> None:
    pickup = booked(world, clock, address=BUSY)
    run(clock)
    services.cancel(fresh(pickup), actor=world.actor("alice"), now=clock[0])
    run(clock)
    assert fresh(pickup).status == Status.BOOKED
    run(clock)
    assert (fresh(pickup).status, fake.pickups.cancelled) == (Status.CANCELLED, [pickup.pickup_no])


def test_what_nothing_waits_for_is_cancelled_once(world: World, clock: Clock) -> None:
    pickup = booked(world, clock)
    run(clock)
    assert services.cancel_unneeded(fresh(pickup), actor=world.actor("alice"), now=clock[0])
    assert not services.cancel_unneeded(fresh(pickup), actor=world.actor("alice"), now=clock[0])


# --- nobody comes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "status"), [(-1, Status.BOOKED), (0, Status.MISSED), (1, Status.MISSED)])
def test_a_day_after_the_slot_it_is_missed(world: World, fake: Any, clock: Clock, seconds: int, status: Status) -> None:
    pickup = booked(world, clock)
    run(clock)
    Pickup.objects.filter(pk=pickup.pk).update(next_at=clock[0])
    clock[0] = pickup.ends_at + policy.GIVE_UP + timedelta(seconds=seconds)
    run(clock)
    row = fresh(pickup)
    assert row.status == status
    assert fake.pickups.cancelled == ([pickup.pickup_no] if status == Status.MISSED else [])
    if status == Status.MISSED:
        assert "24" in reason_text(row.reason)


def test_it_is_missed_whether_the_source_answers_or_not(world: World, fake: Any, clock: Clock) -> None:
    pickup, lost = booked(world, clock), booked(world, clock, address=BUSY)
    run(clock)
    fake.down = True
    clock[0] = pickup.ends_at + policy.GIVE_UP
    run(clock)
    assert {fresh(pickup).status, fresh(lost).status} == {Status.MISSED}


def test_the_last_question_finds_what_no_notice_told(world: World, fake: Any, clock: Clock) -> None:
    pickup = booked(world, clock)
    run(clock)
    fake.pickups.move(pickup.pickup_no)
    fake.pickups.move(pickup.pickup_no)
    clock[0] = pickup.ends_at + policy.GIVE_UP
    run(clock)
    assert fresh(pickup).status == Status.COLLECTED


@pytest.mark.parametrize("status", [Status.MISSED, Status.CANCELLED])
def test_what_was_given_up_and_collected_after_all_counts(
    world: World, fake: Any, clock: Clock, status: Status
) -> None:
    pickup = booked(world, clock)
    run(clock)
    if status == Status.CANCELLED:
        services.cancel(fresh(pickup), actor=world.actor("alice"), now=clock[0])
        run(clock)
    else:
        clock[0] = pickup.ends_at + policy.GIVE_UP
        run(clock)
    fake.pickups.bookings[pickup.pickup_no].state = fake.pickups.collected
    assert tell(fake, pickup) == 200
    row = fresh(pickup)
    assert (row.status, row.reason) == (Status.COLLECTED, "")


def test_collected_without_a_number_waits_for_it(world: World, fake: Any, clock: Clock) -> None:
    pickup = booked(world, clock, address=NUMBERLESS)
    run(clock)
    row = fake.pickups.bookings[pickup.pickup_no]
    row.state = fake.pickups.collected
    assert tell(fake, pickup) == 200
    assert (fresh(pickup).status, fresh(pickup).next_at) == (Status.COLLECTED, clock[0] + policy.FOR_NUMBER)
    run(clock, after=policy.FOR_NUMBER)
    assert (fresh(pickup).tracking_no, fresh(pickup).next_at) == ("", clock[0] + policy.FOR_NUMBER)
    row.tracking_no = "YT8000000000000"
    run(clock, after=policy.FOR_NUMBER)
    assert (fresh(pickup).tracking_no, fresh(pickup).next_at) == ("YT8000000000000", None)
    assert actions(pickup) == ["create", "book", "collect", "number"]


@pytest.mark.parametrize("number", ["YT\ufffd1", "  ", "\u200b"])
def test_a_number_that_no_parcel_can_have_is_none(world: World, fake: Any, clock: Clock, number: str) -> None:
    pickup = booked(world, clock, address=NUMBERLESS)
    run(clock)
    row = fake.pickups.bookings[pickup.pickup_no]
    row.state, row.tracking_no = fake.pickups.collected, number
    assert tell(fake, pickup) == 200
    assert (fresh(pickup).status, fresh(pickup).tracking_no) == (Status.COLLECTED, "")


@pytest.mark.parametrize(("seconds", "asked"), [(-1, True), (0, False)])
def test_a_number_is_asked_for_no_longer_than_14_days(
    world: World, fake: Any, clock: Clock, seconds: int, asked: bool
) -> None:
    pickup = booked(world, clock, address=NUMBERLESS)
    run(clock)
    fake.pickups.bookings[pickup.pickup_no].state = fake.pickups.collected
    assert tell(fake, pickup) == 200
    clock[0] = pickup.ends_at + policy.NUMBER_GIVEN_UP + timedelta(seconds=seconds)
    run(clock)
    assert (fresh(pickup).status, fresh(pickup).next_at is not None) == (Status.COLLECTED, asked)


@pytest.mark.parametrize(("seconds", "status"), [(-1, Status.BOOKED), (0, Status.REFUSED), (1, Status.REFUSED)])
def test_what_could_not_be_sent_before_its_time_has_ended_is_refused(
    world: World, fake: Any, clock: Clock, seconds: int, status: Status
) -> None:
    pickup = booked(world, clock)
    clock[0] = pickup.ends_at + timedelta(seconds=seconds)
    run(clock)
    row = fresh(pickup)
    assert row.status == status
    assert (row.reason, fake.pickups.asked.total()) == ((Reason.TOO_LATE, 0) if seconds >= 0 else ("", 1))


def test_one_that_may_be_booked_is_not_booked_for_another_day(world: World, fake: Any, clock: Clock) -> None:
    """The answer was lost, and "today" is another day by now."""
    pickup = booked(world, clock, address=BUSY)
    run(clock)
    clock[0] = pickup.starts_at.astimezone(UTC) + timedelta(hours=13)  # after midnight
    run(clock)
    row = fresh(pickup)
    assert (row.status, fake.pickups.asked[fake.pickups.books]) == (Status.REQUESTED, 1)
    assert row.next_at == row.ends_at + policy.GIVE_UP
    clock[0] = row.next_at
    run(clock)
    assert fresh(pickup).status == Status.MISSED


@pytest.mark.parametrize(("seconds", "status"), [(-1, Status.BOOKED), (0, Status.MISSED)])
def test_switched_off_none_stays_open(
    world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch, seconds: int, status: Status
) -> None:
    pickup = booked(world, clock)
    run(clock)
    monkeypatch.setattr(couriers, "_PICKUPS", None)
    clock[0] = pickup.ends_at + policy.GIVE_UP + timedelta(seconds=seconds)
    run(clock)
    assert fresh(pickup).status == status


# --- notices ------------------------------------------------------------------------------------------------


def test_news_that_comes_twice_and_in_any_order_changes_nothing_more(world: World, fake: Any, clock: Clock) -> None:
    pickup = booked(world, clock)
    run(clock)
    path, early = posted(fake, pickup.pickup_no)
    for _ in range(3):
        assert step(fake, pickup) == 200
    before = (fresh(pickup).status, actions(pickup))
    assert tell(fake, pickup) == 200
    assert post(path, early) == 200
    assert (fresh(pickup).status, actions(pickup)) == before


def test_a_forged_notice_changes_nothing(world: World, fake: Any, clock: Clock) -> None:
    pickup = booked(world, clock)
    run(clock)
    fake.pickups.bookings[pickup.pickup_no].state = fake.pickups.collected
    assert tell(fake, pickup, secret="guessed") == 400
    assert tell(fake, pickup, sign="", DataSign="") == 400
    assert fresh(pickup).status == Status.BOOKED


@only("kuaidi100")
def test_a_genuine_notice_under_the_number_of_another_pickup_changes_nothing(
    world: World, fake: Any, clock: Clock
) -> None:
    """The number of the task stands outside of what is signed."""
    mine, other = booked(world, clock), booked(world, clock)
    run(clock)
    fake.pickups.bookings[mine.pickup_no].state = fake.pickups.collected
    assert tell(fake, mine, taskId=fake.pickups.bookings[other.pickup_no].task) == 503
    assert {fresh(mine).status, fresh(other).status} == {Status.BOOKED}


@only("kuaidi100")
def test_bodies_that_are_none() -> None:
    assert post("/notify/kuaidi100/pickup/", {"param": "x"}) == 400
    kind = "application/x-www-form-urlencoded"
    assert Client().post("/notify/kuaidi100/pickup/", b"\xff" * 10, content_type=kind).status_code == 400
    assert Client().post("/notify/kuaidi100/pickup/", b"a" * 70_000, content_type=kind).status_code == 413
    assert Client().get("/notify/kuaidi100/pickup/").status_code == 405


# --- the job ------------------------------------------------------------------------------------------------


def test_a_source_that_is_down_is_asked_five_times_and_left_alone(world: World, fake: Any, clock: Clock) -> None:
    pickups = [booked(world, clock) for _ in range(7)]
    fake.down = True
    run(clock)
    assert sorted(fresh(each).failures for each in pickups) == [0, 0, 1, 1, 1, 1, 1]
    fake.down = False
    run(clock, after=policy.LEASE - timedelta(seconds=1))
    assert {fresh(each).status for each in pickups} == {Status.REQUESTED}, "nobody asks while it is left alone"
    run(clock, after=timedelta(seconds=1))
    assert {fresh(each).status for each in pickups} == {Status.BOOKED}


def test_a_slow_source_has_a_third_of_a_workers_time(
    world: World, fake: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert job("ask_pickups").every == policy.RUN_SECONDS * 3
    monkeypatch.setattr(policy, "RUN_SECONDS", 0.01)
    fake.delay = 0.02
    pickups = [booked(world, clock) for _ in range(3)]
    for left in (2, 1, 0):
        run(clock)
        assert sum(fresh(each).status == Status.REQUESTED for each in pickups) == left


def test_what_is_due_is_one_indexed_query(world: World, clock: Clock) -> None:
    assert definition("pickup_next").endswith("(next_at) WHERE (next_at IS NOT NULL)")
    with CaptureQueriesContext(connection) as statements:
        list(due(clock[0]))
    assert len(statements) == 1
    assert '"next_at" <= ' in statements[0]["sql"]


@pytest.mark.parametrize("reason", [*Reason, "快递员未联系上"])
def test_reasons_have_words(reason: str) -> None:
    text = reason_text(reason)
    assert text
    assert (text == reason) == (reason not in set(Reason))
