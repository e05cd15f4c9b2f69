"""A return number without a scan for 72 hours (part C): who has looked for it counts, and who could not does not."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from aftersales.models import Ticket
from aftersales.services import refuse_goods, return_goods, ship_back
from aftersales.states import Alert
from kernel.calls import Deadline
from kernel.errors import Forbidden
from kernel.jobs import Outcome, job
from kernel.watch.breaker import Breaker
from logistics import couriers
from logistics import services as logistics
from logistics.couriers import OF_PARCEL, CourierError, Fault, Push, Scan
from logistics.machine import ON_THE_WAY, UNSEEN
from logistics.models import Parcel, Tracking
from logistics.tracks import ask, policy
from logistics.tracks.push import apply_push
from tests.desk import Desk
from tests.world import DAY, NOW, SECOND, World

HOUR = timedelta(hours=1)
COUNTS = NOW + 72 * HOUR
DOUBT = [Alert.DOUBTFUL_TRACKING.value]
OTHERS = sorted(set(Fault) - set(OF_PARCEL))


class Source(couriers.Manual):
    """It answers with `trouble`, or `scans`."""

    codes = frozenset({"yto"})

    def __init__(self) -> None:
        self.trouble: Exception | None = None
        self.scans: tuple[Scan, ...] = ()

    def trace(self, *, courier: str, tracking_no: str, phone: str, deadline: Deadline) -> tuple[Scan, ...]:
        if self.trouble is not None:
            raise self.trouble
        return self.scans

    def subscribe(self, *, courier: str, tracking_no: str, phone: str, deadline: Deadline) -> None:
        self.trace(courier=courier, tracking_no=tracking_no, phone=phone, deadline=deadline)


def trouble(fault: str) -> Exception:
    return RuntimeError("a fault of ours") if fault == "ours" else CourierError("refused", Fault(fault))


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> Source:
    own = Source()
    monkeypatch.setattr(couriers, "_COURIER", own)
    monkeypatch.setattr(ask, "BREAKER", Breaker(0))
    return own


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    hands = [NOW]
    monkeypatch.setattr("kernel.calls.clock.wall", lambda: hands[0])
    return hands


@pytest.fixture
def ticket(world: World, source: Source, clock: list[datetime]) -> Ticket:
    """Its return was given a number at NOW, and nobody was asked about it yet."""
    world.sku("TEE", on_hand=9)
    desk = Desk(world)
    waiting = desk.approve(desk.apply(world.delivered(), "return_refund", "quality"))
    return ship_back(waiting, courier="yto", tracking_no="YT9001", actor=desk.buyer, now=NOW)


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def row() -> Tracking:
    return Tracking.objects.get(parcel__tracking_no="YT9001")


def ask_at(clock: list[datetime], at: datetime) -> None:
    """One question at that moment, and none after it."""
    clock[0] = at
    Tracking.objects.update(next_at=at)
    ask.ask_couriers(at, False)
    Tracking.objects.update(next_at=None)


def ask_until(clock: list[datetime], end: datetime) -> list[datetime]:
    """When it was asked: by itself, as the job would."""
    times = []
    while (at := row().next_at) is not None and at <= end:
        clock[0] = at
        ask.ask_couriers(at, False)
        times.append(at)
    return times


def doubts(at: datetime) -> int:
    planned = job("doubt_tracking").run(at, True).done
    assert job("doubt_tracking").run(at, False) == Outcome(done=planned)
    return planned


def is_paid_by_the_clock(ticket: Ticket) -> bool:
    job("receive_unanswered").run(NOW + 10 * DAY, False)
    return fresh(ticket).received_at is not None


class TestWhoHasLooked:
    @pytest.mark.parametrize("fault", OF_PARCEL)
    @pytest.mark.parametrize(("off", "done"), [(-SECOND, 0), (0 * SECOND, 1), (SECOND, 1)])
    def test_a_number_that_is_not_known_there_is_doubtful(
        self, ticket: Ticket, source: Source, clock: list[datetime], fault: Fault, off: timedelta, done: int
    ) -> None:
        """A made-up number is paid by nobody."""
        source.trouble = trouble(fault)
        ask_at(clock, COUNTS + off)
        assert row().fault == fault
        assert doubts(NOW + 9 * DAY) == done
        assert fresh(ticket).alerts == DOUBT * done
        assert is_paid_by_the_clock(ticket) is not bool(done)

    @pytest.mark.parametrize("fault", OF_PARCEL)
    @pytest.mark.parametrize(("off", "done"), [(-SECOND, 0), (0 * SECOND, 1), (SECOND, 1)])
    def test_from_seventy_two_hours_on(
        self, ticket: Ticket, source: Source, clock: list[datetime], fault: Fault, off: timedelta, done: int
    ) -> None:
        source.trouble = trouble(fault)
        ask_at(clock, COUNTS)
        assert doubts(COUNTS + off) == done

    @pytest.mark.parametrize("fault", OF_PARCEL)
    def test_is_judged_at_the_deadline_too(
        self, ticket: Ticket, source: Source, clock: list[datetime], fault: Fault
    ) -> None:
        source.trouble = trouble(fault)
        ask_at(clock, NOW + 9 * DAY)
        assert not is_paid_by_the_clock(ticket)
        assert fresh(ticket).alerts == DOUBT

    @pytest.mark.parametrize("fault", [*OTHERS, "ours"])
    def test_while_nobody_could_look_the_buyer_is_paid(
        self, ticket: Ticket, source: Source, clock: list[datetime], fault: str
    ) -> None:
        """Our account, their outage, our mistake."""
        source.trouble = trouble(fault)
        assert ask_until(clock, NOW + 10 * DAY)[-1] > COUNTS
        assert (row().fault, row().answered_at) == (fault, None)
        assert doubts(NOW + 9 * DAY) == 0
        assert is_paid_by_the_clock(ticket)

    def test_nor_does_what_was_left_out_of_the_question(
        self, ticket: Ticket, source: Source, clock: list[datetime]
    ) -> None:
        """An order without a phone is not the buyer's making."""
        source.trouble = CourierError("which phone?", Fault.PHONE, unasked=True)
        ask_until(clock, NOW + 9 * DAY)
        assert (row().fault, doubts(NOW + 9 * DAY)) == ("phone", 0)
        assert is_paid_by_the_clock(ticket)

    @pytest.mark.parametrize("fault", OF_PARCEL)
    def test_a_subscription_says_nothing(
        self, ticket: Ticket, source: Source, clock: list[datetime], fault: Fault, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Source, "pushes", True)
        source.trouble = trouble(fault)
        ask_at(clock, COUNTS + HOUR)
        assert (row().fault, row().subscription_refused, row().answered_at) == (fault, True, None)
        assert doubts(NOW + 9 * DAY) == 0
        assert is_paid_by_the_clock(ticket)

    @pytest.mark.parametrize("fault", OF_PARCEL)
    def test_nor_does_its_refusal_take_back_what_was_told(
        self, ticket: Ticket, source: Source, clock: list[datetime], fault: Fault, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ask_at(clock, COUNTS)
        monkeypatch.setattr(Source, "pushes", True)
        source.trouble = trouble(fault)
        ask_at(clock, COUNTS + HOUR)
        assert (row().fault, row().answered_at) == (fault, COUNTS)
        assert doubts(COUNTS + HOUR) == 1

    @pytest.mark.parametrize("status", sorted(set(ON_THE_WAY) - set(UNSEEN)))
    def test_a_scan_ends_it(self, ticket: Ticket, source: Source, clock: list[datetime], status: str) -> None:
        source.trouble = trouble(Fault.COURIER)
        ask_at(clock, COUNTS)
        doubts(COUNTS)
        source.trouble, source.scans = None, (Scan(COUNTS, status, "揽收"),)
        ask_at(clock, COUNTS + HOUR)
        assert (fresh(ticket).alerts, row().fault) == ([], "")
        assert is_paid_by_the_clock(ticket)

    @pytest.mark.parametrize("status", UNSEEN)
    def test_not_what_is_also_said_of_goods_that_nobody_has(
        self, ticket: Ticket, source: Source, clock: list[datetime], status: str
    ) -> None:
        """Ordered on the courier's page, cancelled there, never handed over."""
        source.scans = (Scan(NOW + HOUR, status, "已下单"),)
        ask_at(clock, COUNTS)
        assert doubts(COUNTS) == 1
        ask_at(clock, COUNTS + HOUR)
        assert (fresh(ticket).alerts, Parcel.objects.get(tracking_no="YT9001").status) == (DOUBT, status)


class TestSuspectedLoss:
    """S-143: no scan, and no word of the goods: a doubt stays one, and a clock that runs runs on."""

    def test_it_is_no_scan(self, ticket: Ticket, source: Source, clock: list[datetime]) -> None:
        ask_at(clock, NOW + 5 * DAY)
        assert doubts(NOW + 5 * DAY) == 1
        assert job("suspect_losses").run(NOW + 5 * DAY, False).done == 1
        assert doubts(NOW + 5 * DAY) == 0
        assert fresh(ticket).alerts == DOUBT
        assert not is_paid_by_the_clock(ticket)

    def test_a_number_that_nobody_doubted_yet_is_doubted_after_it(
        self, ticket: Ticket, source: Source, clock: list[datetime]
    ) -> None:
        ask_at(clock, NOW + 5 * DAY)
        assert job("suspect_losses").run(NOW + 5 * DAY, False).done == 1
        assert doubts(NOW + 5 * DAY) == 1
        assert not is_paid_by_the_clock(ticket)

    def test_the_clock_of_goods_that_were_seen_runs_on(
        self, ticket: Ticket, source: Source, clock: list[datetime]
    ) -> None:
        source.scans = (Scan(NOW + HOUR, "picked_up", "揽收"),)
        ask_at(clock, NOW + 6 * DAY)
        before = (fresh(ticket).due_at, fresh(ticket).due_action, fresh(ticket).alerts)
        assert job("suspect_losses").run(NOW + 6 * DAY + HOUR, False).done == 1
        assert (fresh(ticket).due_at, fresh(ticket).due_action, fresh(ticket).alerts) == before
        assert is_paid_by_the_clock(ticket)


class TestAskedWhenItCounts:
    @pytest.mark.parametrize("status", UNSEEN)
    def test_also_where_it_was_only_announced(
        self, ticket: Ticket, source: Source, clock: list[datetime], status: str
    ) -> None:
        source.scans = (Scan(NOW + HOUR, status, "已下单"),)
        assert COUNTS in ask_until(clock, COUNTS + policy.APART)

    @pytest.mark.parametrize("fault", [*Fault, "ours", ""])
    def test_whatever_was_said_before(self, ticket: Ticket, source: Source, clock: list[datetime], fault: str) -> None:
        source.trouble = trouble(fault) if fault else None
        times = ask_until(clock, COUNTS + policy.APART)
        assert COUNTS <= times[-1] < COUNTS + policy.APART
        assert all(later - earlier >= policy.FIRST_DELAY * 0.75 for earlier, later in pairwise(times))

    def test_so_a_fault_from_before_does_not_stand(
        self, ticket: Ticket, source: Source, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # By chance of the parcel the question before may lie within half an hour, of which the test below tells.
        monkeypatch.setattr(policy, "spread", lambda wait, pk: wait)
        source.trouble = trouble(Fault.COURIER)
        ask_until(clock, COUNTS - SECOND)
        source.trouble, source.scans = None, (Scan(COUNTS - HOUR, "in_transit", "揽收"),)
        assert ask_until(clock, COUNTS) == [COUNTS]
        assert doubts(NOW + 9 * DAY) == 0
        assert is_paid_by_the_clock(ticket)

    @pytest.mark.parametrize("fault", Fault)
    def test_and_the_source_is_left_alone_after_it(
        self, ticket: Ticket, source: Source, clock: list[datetime], fault: Fault
    ) -> None:
        source.trouble = trouble(fault)
        ask_until(clock, COUNTS + HOUR)
        assert len(ask_until(clock, NOW + 9 * DAY)) < 20

    @pytest.mark.parametrize("before", [2, 29, 31])
    def test_never_twice_within_half_an_hour(
        self, ticket: Ticket, source: Source, clock: list[datetime], before: int
    ) -> None:
        clock[0] = COUNTS - before * timedelta(minutes=1)
        Tracking.objects.update(next_at=clock[0])
        ask.ask_couriers(clock[0], False)
        assert row().next_at == max(COUNTS, clock[0] + policy.APART)

    def test_soon_after_a_subscription_that_came_late(
        self, ticket: Ticket, source: Source, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It has said nothing of the number."""
        source.trouble = trouble(Fault.DOWN)
        ask_until(clock, COUNTS)
        monkeypatch.setattr(Source, "pushes", True)
        source.trouble = None
        clock[0] += HOUR
        Tracking.objects.update(next_at=clock[0])
        ask.ask_couriers(clock[0], False)
        assert (row().subscribed_at, row().next_at) == (clock[0], clock[0] + policy.APART)

    def test_after_an_empty_push_too(self, ticket: Ticket, source: Source, clock: list[datetime]) -> None:
        clock[0] = COUNTS - HOUR
        assert apply_push(Push(frozenset({"yto"}), "YT9001", ()), now=clock[0])
        assert row().next_at == COUNTS

    def test_goods_that_are_only_said_to_be_sent_back(
        self, world: World, ticket: Ticket, source: Source, clock: list[datetime]
    ) -> None:
        """B-20: they count as kept, though the shop made the number up."""
        desk = Desk(world)
        refuse_goods(ticket, reason="Worn", actor=desk.merchant, now=NOW + HOUR)
        return_goods(fresh(ticket), courier="yto", tracking_no="YT9009", actor=desk.merchant, now=NOW + 2 * HOUR)
        source.trouble = trouble(Fault.COURIER)
        end = NOW + 2 * HOUR + 72 * HOUR
        while (at := Tracking.objects.get(parcel__tracking_no="YT9009").next_at) and at <= end:
            clock[0] = at
            ask.ask_couriers(at, False)
        assert clock[0] == end
        assert doubts(end) == 1
        assert fresh(ticket).due_action == "receive"

    def test_of_goods_for_the_buyer_silence_means_nothing(
        self, world: World, ticket: Ticket, source: Source, clock: list[datetime]
    ) -> None:
        Parcel.objects.update(kind=Parcel.Kind.OUTBOUND)
        clock[0] = COUNTS - HOUR
        Tracking.objects.update(next_at=clock[0])
        ask.ask_couriers(clock[0], False)
        assert row().next_at == clock[0] + policy.spread(policy.UNSUBSCRIBED, row().pk)


@pytest.mark.parametrize("status", [*ON_THE_WAY, "delivered"])
def test_the_shops_word_is_no_scan_of_goods_that_it_refused(world: World, ticket: Ticket, status: str) -> None:
    """By it the shop would keep goods and money (B-20)."""
    desk = Desk(world)
    refuse_goods(fresh(ticket), reason="Worn", evidence=[], actor=desk.merchant, now=NOW + HOUR)
    return_goods(fresh(ticket), courier="yto", tracking_no="YT9009", actor=desk.merchant, now=NOW + 2 * HOUR)
    parcel = Parcel.objects.get(kind="send_back")
    with pytest.raises(Forbidden):
        logistics.report(parcel, status=status, actor=desk.merchant, now=NOW + 3 * HOUR)
    assert not parcel.events.exists()
    logistics.report(parcel, status=status, actor=world.actor("song"), now=NOW + 3 * HOUR)
    assert parcel.events.get().status == status
