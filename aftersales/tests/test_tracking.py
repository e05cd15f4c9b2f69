"""Who moves a clock that pays (B-19), numbers that say nothing (part C), and goods that are kept (B-20)."""

from contextlib import nullcontext
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from aftersales import services
from aftersales.models import Ticket
from aftersales.selectors.parcel_lookup import matching_tickets
from kernel.actors import COURIER, Actor
from kernel.errors import Conflict, Forbidden, IllegalTransition, Invalid
from kernel.jobs import Outcome, job
from logistics import couriers
from logistics import services as logistics
from logistics.couriers import Push, Scan
from logistics.machine import ON_THE_WAY, UNSEEN
from logistics.models import Parcel, Tracking
from logistics.numbers import no_number
from logistics.tracks.models import TrackingFault
from logistics.tracks.push import apply_push
from tests.desk import Desk
from tests.world import DAY, NOW, SECOND, World

HOUR = timedelta(hours=1)
ZERO = timedelta(0)


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", on_hand=9)
    return Desk(world)


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def waiting(desk: Desk, type_: str = "return_refund", reason: str = "quality") -> Ticket:
    return desk.approve(desk.apply(desk.world.delivered(), type_, reason))


def sent(desk: Desk, type_: str = "return_refund", number: str = "YT9001") -> Ticket:
    return desk.ship_back(waiting(desk, type_, "fault" if type_ == "repair" else "quality"), tracking_no=number)


def gives(ticket: Ticket, number: str, actor: Actor, at: datetime = NOW + DAY, **more: Any) -> Ticket:
    return services.ship_back(ticket, **{"courier": "yto", "tracking_no": number, **more}, actor=actor, now=at)


def scan(number: str, status: str, at: datetime, actor: Actor = COURIER) -> None:
    logistics.report(Parcel.objects.get(tracking_no=number), status=status, actor=actor, at=at, now=at)


def clock(ticket: Ticket) -> tuple[Any, ...]:
    return ticket.shipped_back_at, ticket.arrived_at, ticket.due_at, ticket.due_action


class TestCorrections:
    @pytest.mark.parametrize("who", ["merchant", "agent", "support"])
    def test_by_others_than_the_buyer_leave_the_clock(self, desk: Desk, who: str) -> None:
        ticket = sent(desk)
        scan("YT9001", "delivered", NOW + HOUR)
        before = clock(fresh(ticket))
        assert before == (NOW, NOW + HOUR, NOW + 49 * HOUR, "receive")
        for day in range(1, 30):
            ticket = gives(ticket, f"YT91{day:02}", getattr(desk, who), NOW + day * HOUR)
            assert clock(ticket) == before
        assert job("receive_unanswered").run(NOW + 49 * HOUR - SECOND, False) == Outcome()
        assert job("receive_unanswered").run(NOW + 49 * HOUR, False) == Outcome(done=1)
        assert fresh(ticket).refunds.count() == 1

    def test_by_the_buyer_start_it_again(self, desk: Desk) -> None:
        assert clock(gives(sent(desk), "YT9002", desk.buyer)) == (NOW + DAY, None, NOW + 11 * DAY, "receive")

    @pytest.mark.parametrize("who", ["merchant", "support"])
    def test_the_first_number_starts_it_whoever_gives_it(self, desk: Desk, who: str) -> None:
        ticket = gives(waiting(desk), "YT9001", getattr(desk, who))
        assert clock(ticket) == (NOW + DAY, None, NOW + 11 * DAY, "receive")

    def test_every_number_is_kept_and_found(self, desk: Desk) -> None:
        ticket = gives(gives(sent(desk), "YT9002", desk.merchant), "YT9003", desk.support)
        assert ticket.ticket_parcels.count() == 3
        for number in ("YT9001", "YT9002", "YT9003"):
            assert list(matching_tickets(Ticket.objects.all(), number, 5)) == [ticket]

    def test_the_shop_does_not_turn_away_the_news_of_the_buyers_parcel(self, desk: Desk) -> None:
        ticket = gives(sent(desk), "YT9002", desk.merchant)
        scan("YT9001", "delivered", NOW + 2 * DAY)
        assert clock(fresh(ticket)) == (NOW, NOW + 2 * DAY, NOW + 4 * DAY, "receive")

    def test_nor_do_older_numbers_of_the_buyer_count(self, desk: Desk) -> None:
        ticket = gives(gives(sent(desk), "YT9002", desk.buyer), "YT9003", desk.merchant)
        scan("YT9001", "delivered", NOW + 2 * DAY)
        assert fresh(ticket).arrived_at is None

    def test_the_shop_does_not_lower_what_it_owes_for_the_way_back(self, desk: Desk) -> None:
        ticket = desk.ship_back(waiting(desk), freight_paid=Decimal("12.00"))
        assert gives(ticket, "YT9002", desk.merchant, freight_paid=Decimal(0)).return_freight_amount == Decimal("12.00")
        assert gives(ticket, "YT9003", desk.buyer, freight_paid=Decimal(9)).return_freight_amount == Decimal("9.00")


NO_NUMBERS = ["none", "寄了", "later - thanks", "0000", "0", "111111", "１１１１１１", "n/a"]
NUMBERS = ["SF1", "12345", "YT-1", "JDVA1", "1111", "运单 7"]


@pytest.mark.parametrize(("number", "none"), [*((n, True) for n in NO_NUMBERS), *((n, False) for n in NUMBERS)])
def test_what_is_no_number(number: str, none: bool) -> None:
    assert no_number(number) is none


class TestDoubt:
    def test_no_number_stops_the_clock_of_that_number(self, desk: Desk) -> None:
        ticket = sent(desk, number="see chat")
        assert (ticket.alerts, ticket.due_action) == (["doubtful_tracking"], "overdue")
        assert job("receive_unanswered").run(NOW + 40 * DAY, False) == Outcome()
        assert job("mark_overdue").run(NOW + 10 * DAY, False) == Outcome(done=1)
        assert (fresh(ticket).status, fresh(ticket).refunds.count()) == ("pending_refund", 0)

    @pytest.mark.parametrize("number", ["SF-OUT 77", "ｓｆ－ｏｕｔ77", "sfout77"])
    def test_the_orders_own_outbound_number(self, desk: Desk, number: str) -> None:
        order = desk.world.place_order()
        logistics.ship(order, courier="sf", tracking_no="SF-OUT 77", actor=desk.merchant, now=NOW)
        ticket = desk.approve(desk.apply(desk.world.deliver(order)))
        assert desk.ship_back(ticket, tracking_no=number).alerts == ["doubtful_tracking"]

    def test_a_corrected_number_ends_it(self, desk: Desk) -> None:
        ticket = gives(sent(desk, number="none"), "YT9002", desk.buyer)
        assert (ticket.alerts, ticket.due_at, ticket.due_action) == ([], NOW + 11 * DAY, "receive")

    def test_so_does_one_from_the_shop_and_the_clock_stays(self, desk: Desk) -> None:
        ticket = gives(sent(desk, number="none"), "YT9002", desk.merchant)
        assert (ticket.alerts, ticket.due_at, ticket.due_action) == ([], NOW + 10 * DAY, "receive")

    @pytest.mark.parametrize(
        "status", ["picked_up", "in_transit", "delivering", "damaged", "delivered", "lost", "returned"]
    )
    def test_a_scan_ends_it(self, desk: Desk, status: str) -> None:
        ticket = sent(desk, number="none")
        scan("none", status, NOW + DAY)
        ticket = fresh(ticket)
        assert (ticket.alerts, ticket.due_action) == ([], "receive")
        assert ticket.due_at == (NOW + 3 * DAY if status == "delivered" else NOW + 10 * DAY)

    @pytest.mark.parametrize("status", UNSEEN)
    def test_not_one_of_goods_that_nobody_has(self, desk: Desk, status: str) -> None:
        ticket = sent(desk, number="none")
        scan("none", status, NOW + DAY)
        assert (fresh(ticket).alerts, fresh(ticket).due_action) == (["doubtful_tracking"], "overdue")

    def test_a_scan_after_the_time_ran_out_starts_it(self, desk: Desk) -> None:
        ticket = sent(desk, number="none")
        job("mark_overdue").run(NOW + 10 * DAY, False)
        scan("none", "in_transit", NOW + 12 * DAY)
        ticket = fresh(ticket)
        assert (ticket.due_at, ticket.due_action, ticket.overdue_since) == (NOW + 22 * DAY, "receive", None)
        assert [h.action for h in ticket.history()][-2:] == ["overdue", "trust_tracking"]

    def test_the_goods_themselves_end_it(self, desk: Desk) -> None:
        assert desk.receive(sent(desk, number="none")).alerts == []

    def test_the_shop_cannot_raise_it_against_a_good_number(self, desk: Desk) -> None:
        ticket = gives(sent(desk), "none", desk.merchant)
        assert (ticket.alerts, ticket.due_at, ticket.due_action) == ([], NOW + 10 * DAY, "receive")
        assert job("receive_unanswered").run(NOW + 10 * DAY, False) == Outcome(done=1)


class Connected(couriers.Manual):
    codes = frozenset({"yto"})


def answered(number: str, at: datetime, fault: str = "") -> None:
    """The source told at `at` that there is no scan, or has a fault since."""
    Tracking.objects.filter(parcel__tracking_no=number).update(answered_at=at, asked_at=at, fault=fault)


class TestSilence:
    """A number of which a connected courier, asked after 72 hours, has told no scan."""

    @pytest.fixture(autouse=True)
    def connected(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(couriers, "_COURIER", Connected())

    @pytest.mark.parametrize(("off", "done"), [(-SECOND, 0), (ZERO, 1), (SECOND, 1)])
    def test_raises_the_alert(self, desk: Desk, off: timedelta, done: int) -> None:
        ticket = gives(waiting(desk), "YT9001", desk.buyer, NOW)
        answered("YT9001", NOW + 72 * HOUR)
        assert job("doubt_tracking").run(NOW + 72 * HOUR + off, True) == Outcome(done=done)
        assert job("doubt_tracking").run(NOW + 72 * HOUR + off, False) == Outcome(done=done)
        assert fresh(ticket).alerts == ["doubtful_tracking"] * done
        assert fresh(ticket).due_at == NOW + 10 * DAY
        assert job("doubt_tracking").run(NOW + 80 * HOUR, False).done == 1 - done
        assert ticket.history().filter(action="doubt_tracking").count() == 1

    def test_is_judged_at_the_deadline_too(self, desk: Desk) -> None:
        ticket = gives(waiting(desk), "YT9001", desk.buyer, NOW)
        answered("YT9001", NOW + 9 * DAY)
        job("receive_unanswered").run(NOW + 10 * DAY, False)
        late = fresh(ticket)
        assert (late.status, late.alerts, late.received_at) == ("pending_refund", ["doubtful_tracking"], None)
        assert late.overdue_since == NOW + 10 * DAY

    @pytest.mark.parametrize(("off", "done"), [(-SECOND, 0), (ZERO, 1), (SECOND, 1)])
    def test_not_where_it_was_not_asked_since(self, desk: Desk, off: timedelta, done: int) -> None:
        ticket = gives(waiting(desk), "YT9001", desk.buyer, NOW)
        answered("YT9001", NOW + 72 * HOUR + off)
        assert job("doubt_tracking").run(NOW + 9 * DAY, False) == Outcome(done=done)
        job("receive_unanswered").run(NOW + 10 * DAY, False)
        assert (fresh(ticket).received_at is None) is bool(done)

    @pytest.mark.parametrize("fault", [TrackingFault.KEY, TrackingFault.DOWN, TrackingFault.OURS])
    def test_not_while_nobody_can_look(self, desk: Desk, fault: str) -> None:
        """Our silence is not the courier's: a key, a source that is down, a mistake here (test_silence)."""
        ticket = gives(waiting(desk), "YT9001", desk.buyer, NOW)
        answered("YT9001", NOW + 4 * DAY, fault)
        assert job("doubt_tracking").run(NOW + 9 * DAY, False) == Outcome()
        job("receive_unanswered").run(NOW + 10 * DAY, False)
        assert fresh(ticket).received_at == NOW + 10 * DAY

    def test_not_where_it_was_never_asked(self, desk: Desk) -> None:
        ticket = gives(waiting(desk), "YT9001", desk.buyer, NOW)
        assert Tracking.objects.get(parcel__tracking_no="YT9001").answered_at is None
        assert job("doubt_tracking").run(NOW + 9 * DAY, False) == Outcome()
        job("receive_unanswered").run(NOW + 10 * DAY, False)
        assert fresh(ticket).received_at == NOW + 10 * DAY

    def test_not_of_a_courier_that_nobody_asks(self, desk: Desk) -> None:
        ticket = gives(waiting(desk), "SF9001", desk.buyer, NOW, courier="sf")
        assert job("doubt_tracking").run(NOW + 9 * DAY, False) == Outcome()
        job("receive_unanswered").run(NOW + 10 * DAY, False)
        assert fresh(ticket).received_at == NOW + 10 * DAY

    def test_a_scan_in_time(self, desk: Desk) -> None:
        ticket = gives(waiting(desk), "YT9001", desk.buyer, NOW)
        scan("YT9001", "in_transit", NOW + 71 * HOUR)
        answered("YT9001", NOW + 9 * DAY)
        assert job("doubt_tracking").run(NOW + 9 * DAY, False) == Outcome()
        job("receive_unanswered").run(NOW + 10 * DAY, False)
        assert fresh(ticket).received_at == NOW + 10 * DAY

    def test_scans_from_before_are_none(self, desk: Desk) -> None:
        ticket = gives(waiting(desk), "YT9001", desk.buyer, NOW)
        old = Push(frozenset({"yto"}), "YT9001", (Scan(NOW - DAY, "delivered", "签收"),))
        assert apply_push(old, now=NOW + 4 * DAY)
        assert job("doubt_tracking").run(NOW + 4 * DAY, False) == Outcome(done=1)
        assert fresh(ticket).alerts == ["doubtful_tracking"]


class TestReceivingWithoutANumber:
    def test_only_what_arrived_in_whole(self, desk: Desk) -> None:
        ticket = waiting(desk)
        [item] = ticket.lines.all()
        some = [{"line_id": item.line_id, "quantity": item.quantity - 1, "condition": "as_new"}]
        for units in (some, []):
            with pytest.raises((Conflict, Invalid)):
                desk.receive(ticket, units)
        assert fresh(ticket).received_at is None
        assert desk.receive(ticket).received_at == NOW

    def test_after_the_buyer_gave_one_units_may_be_missing(self, desk: Desk) -> None:
        ticket = sent(desk)
        [item] = ticket.lines.all()
        desk.receive(ticket, [{"line_id": item.line_id, "quantity": 1, "condition": "as_new"}])
        assert fresh(ticket).lines.get().received_quantity == 1


class TestRefusedGoods:
    """B-20: goods that are kept are paid."""

    def refused(self, desk: Desk, type_: str = "return_refund") -> Ticket:
        return services.refuse_goods(sent(desk, type_), reason="Worn", actor=desk.merchant, now=NOW + DAY)

    @pytest.mark.parametrize(("off", "done"), [(-SECOND, 0), (ZERO, 1), (SECOND, 1)])
    def test_kept_for_seven_days_the_refund_runs(self, desk: Desk, off: timedelta, done: int) -> None:
        ticket = self.refused(desk)
        assert (ticket.due_at, ticket.due_action) == (NOW + 8 * DAY, "receive")
        assert job("receive_unanswered").run(NOW + 8 * DAY + off, False) == Outcome(done=done)
        assert job("close_unanswered").run(NOW + 8 * DAY + off, False) == Outcome()
        ticket = fresh(ticket)
        assert (ticket.status, ticket.refunds.count()) == ("pending_refund" if done else "rejected", done)
        assert (ticket.goods_refused_at is None) is bool(done)

    @pytest.mark.parametrize("type_", ["exchange", "repair"])
    def test_an_exchange_goes_on_as_if_they_were_accepted(self, desk: Desk, type_: str) -> None:
        ticket = self.refused(desk, type_)
        job("receive_unanswered").run(NOW + 8 * DAY, False)
        assert (fresh(ticket).status, fresh(ticket).due_action) == ("pending_reship", "overdue")

    def test_sent_back_in_time_it_is_closed_seven_days_later(self, desk: Desk) -> None:
        ticket = self.refused(desk)
        ticket = services.return_goods(
            ticket, courier="sf", tracking_no="SF9009", actor=desk.merchant, now=NOW + 8 * DAY - SECOND
        )
        assert (ticket.due_at, ticket.due_action) == (NOW + 15 * DAY - SECOND, "close")
        assert job("receive_unanswered").run(NOW + 30 * DAY, False) == Outcome()
        job("close_unanswered").run(NOW + 30 * DAY, False)
        assert (fresh(ticket).status, fresh(ticket).refunds.count()) == ("closed", 0)

    @pytest.mark.parametrize("number", ["none", "000000", "111111", " sf-OUT 1"])
    def test_a_number_that_says_nothing_leaves_them_kept(self, desk: Desk, number: str) -> None:
        ticket = self.refused(desk)
        outbound: dict[str, Any] = {"courier": "sf", "tracking_no": "SFOUT1", "units": {}, "skus": {}}
        logistics.create_parcel(ticket.order, Parcel.Kind.OUTBOUND, **outbound, actor=desk.integration, now=NOW)
        before = (ticket.due_at, ticket.due_action)
        ticket = self.goes_back(desk, ticket, number)
        assert (ticket.due_at, ticket.due_action) == before == (NOW + 8 * DAY, "receive")
        assert ticket.history().latest("sequence").data["remark"] == "doubtful_tracking"
        ticket = self.goes_back(desk, ticket, "SF9009")  # and may be corrected
        assert (ticket.due_action, ticket.goods_returned_at) == ("close", NOW + 2 * DAY)

    def test_it_is_paid_when_nothing_better_comes(self, desk: Desk) -> None:
        ticket = self.goes_back(desk, self.refused(desk), "none")
        job("receive_unanswered").run(NOW + 8 * DAY, False)
        assert (fresh(ticket).status, fresh(ticket).refunds.count()) == ("pending_refund", 1)

    @pytest.mark.parametrize(
        ("who", "status", "due"),
        [
            *(("courier", status, "receive" if status in UNSEEN else "close") for status in ON_THE_WAY),
            *(("merchant", status, "receive") for status in (*ON_THE_WAY, "delivered")),
        ],
    )
    def test_a_scan_counts_whatever_the_number_and_the_shops_word_does_not(
        self, desk: Desk, who: str, status: str, due: str
    ) -> None:
        ticket = self.goes_back(desk, self.refused(desk), "none")
        with nullcontext() if who == "courier" else pytest.raises(Forbidden):
            scan("none", status, NOW + 3 * DAY, COURIER if who == "courier" else desk.merchant)
        assert fresh(ticket).due_action == due

    def test_lost_on_the_way_they_are_owed_again(self, desk: Desk) -> None:
        ticket = self.goes_back(desk, self.refused(desk), "SF9009")
        scan("SF9009", "lost", NOW + 3 * DAY)
        assert (fresh(ticket).due_at, fresh(ticket).due_action) == (NOW + 8 * DAY, "receive")
        job("receive_unanswered").run(NOW + 8 * DAY, False)
        assert fresh(ticket).refunds.count() == 1

    @pytest.mark.parametrize(("off", "due"), [(-SECOND, "close"), (ZERO, "receive"), (SECOND, "receive")])
    def test_a_connected_courier_that_never_saw_it(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch, off: timedelta, due: str
    ) -> None:
        monkeypatch.setattr("logistics.couriers.connected", lambda: frozenset({"sf"}))
        ticket = self.goes_back(desk, self.refused(desk), "SF9009")
        answered("SF9009", NOW + 6 * DAY)
        job("doubt_tracking").run(NOW + 2 * DAY + 72 * HOUR + off, False)
        assert fresh(ticket).due_action == due

    @pytest.mark.parametrize("type_", ["return_refund", "exchange"])
    def test_reopened_after_that_they_are_sent_in_once_more(self, desk: Desk, type_: str) -> None:
        """The clock would else pay for goods that the buyer has again."""
        ticket = self.goes_back(desk, self.refused(desk, type_), "SF9009")
        ticket = services.reopen(ticket, reason="A mistake", actor=desk.support, now=NOW + 3 * DAY)
        assert (ticket.status, ticket.due_action, ticket.due_at) == ("pending_return", "close", NOW + 10 * DAY)
        job("receive_unanswered").run(NOW + 30 * DAY, False)
        job("close_unanswered").run(NOW + 30 * DAY, False)
        assert (fresh(ticket).status, fresh(ticket).refunds.count()) == ("closed", 0)

    def goes_back(self, desk: Desk, ticket: Ticket, number: str) -> Ticket:
        return services.return_goods(ticket, courier="sf", tracking_no=number, actor=desk.merchant, now=NOW + 2 * DAY)

    def test_units_that_were_promised_elsewhere_make_it_overdue(self, desk: Desk) -> None:
        ticket = self.refused(desk)
        desk.apply(ticket.order, "refund_only", "compensation", claimed_amount=Decimal("198.00"))
        job("receive_unanswered").run(NOW + 8 * DAY, False)
        assert (fresh(ticket).status, fresh(ticket).overdue_since) == ("rejected", NOW + 8 * DAY)

    def test_a_number_of_the_shop_alone_is_no_parcel_that_could_be_refused(self, desk: Desk) -> None:
        ticket = gives(waiting(desk), "YT9001", desk.merchant)
        with pytest.raises(IllegalTransition):
            services.refuse_goods(ticket, reason="Worn", actor=desk.merchant, now=NOW + DAY)
        scan("YT9001", "delivered", NOW + 2 * DAY)
        assert services.refuse_goods(ticket, reason="Worn", actor=desk.merchant, now=NOW + 2 * DAY).status == "rejected"


class TestOldNumbers:
    """A number that was delivered before it was typed proves nothing, whoever types it: no money without the goods."""

    @pytest.fixture(autouse=True)
    def connected(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(couriers, "_COURIER", Connected())

    def pushed(self, number: str, at: datetime, status: str = "delivered", now: datetime = NOW + 2 * DAY) -> None:
        assert apply_push(Push(frozenset({"yto"}), number, (Scan(at, status, "签收"),)), now=now)

    def test_the_orders_own_number(self, desk: Desk) -> None:
        order = desk.world.place_order(placed_at=NOW - 3 * DAY)
        logistics.ship(order, courier="yto", tracking_no="YT77", actor=desk.merchant, now=NOW - 2 * DAY)
        ticket = desk.approve(desk.apply(desk.world.deliver(order)))
        ticket = gives(ticket, "yt-77", desk.buyer, NOW)
        for at in (NOW - DAY, NOW + DAY):  # also a late scan of the goods that were sent to the buyer
            self.pushed("YT77", at)
        assert (fresh(ticket).arrived_at, fresh(ticket).alerts) == (None, ["doubtful_tracking"])
        assert job("receive_unanswered").run(NOW + 40 * DAY, False) == Outcome()
        assert fresh(ticket).refunds.count() == 0

    def test_the_number_of_an_earlier_return(self, desk: Desk) -> None:
        order = desk.world.delivered(lines=[("MUG", "99.00", 2)])
        first = desk.approve(desk.apply(order, quantity=1))
        gives(first, "YT9001", desk.buyer, NOW)
        self.pushed("YT9001", NOW + HOUR)
        assert fresh(first).arrived_at == NOW + HOUR
        second = desk.approve(desk.apply(order, quantity=1))
        second = gives(second, "YT9001", desk.buyer, NOW + 2 * HOUR)
        assert second.alerts == ["doubtful_tracking"]
        self.pushed("YT9001", NOW + HOUR)
        assert (fresh(second).arrived_at, fresh(second).alerts) == (None, ["doubtful_tracking"])
        assert job("receive_unanswered").run(NOW + 40 * DAY, False) == Outcome(done=1)  # the first
        assert (fresh(first).refunds.count(), fresh(second).refunds.count()) == (1, 0)

    def test_the_own_number_once_more(self, desk: Desk) -> None:
        """The shop gave it, it arrived, and the buyer gives it too."""
        ticket = gives(waiting(desk), "YT9001", desk.merchant, NOW)
        self.pushed("YT9001", NOW + HOUR)
        assert gives(ticket, "YT9001", desk.buyer, NOW + 2 * HOUR).alerts == []

    def test_two_tickets_in_one_box(self, desk: Desk) -> None:
        order = desk.world.delivered(lines=[("MUG", "99.00", 2)])
        tickets = [desk.approve(desk.apply(order, quantity=1)) for _ in range(2)]
        for ticket in tickets:
            assert gives(ticket, "YT9001", desk.buyer, NOW).alerts == []
        self.pushed("YT9001", NOW + HOUR)
        assert [fresh(ticket).arrived_at for ticket in tickets] == [NOW + HOUR] * 2

    @pytest.mark.parametrize(("off", "arrived"), [(-SECOND, False), (ZERO, True), (SECOND, True)])
    def test_any_old_number(self, desk: Desk, off: timedelta, arrived: bool) -> None:
        ticket = gives(waiting(desk), "YT9001", desk.buyer, NOW)
        self.pushed("YT9001", NOW + off)
        assert (fresh(ticket).arrived_at is not None) is arrived

    @pytest.mark.parametrize(("off", "shipped"), [(-SECOND, False), (ZERO, True), (SECOND, True)])
    def test_a_replacement(self, desk: Desk, off: timedelta, shipped: bool) -> None:
        ticket = desk.reship(desk.receive(sent(desk, "exchange")), courier="yto", tracking_no="YT9009")
        self.pushed("YT9009", NOW + off)
        assert (Parcel.objects.get(tracking_no="YT9009").status == "delivered") is shipped
        assert fresh(ticket).status == "reshipped"

    @pytest.mark.parametrize("number", ["YT9009", "YT9001"])
    @pytest.mark.parametrize(("off", "due"), [(-SECOND, "receive"), (ZERO, "close"), (SECOND, "close")])
    def test_refused_goods(self, desk: Desk, number: str, off: timedelta, due: str) -> None:
        """With a number that says nothing, or the buyer's own, they count as kept; a scan of it changes that."""
        ticket = gives(waiting(desk), "YT9001", desk.buyer, NOW)
        ticket = services.refuse_goods(ticket, reason="Worn", actor=desk.merchant, now=NOW + DAY)
        bill = {"courier": "yto", "tracking_no": number}
        ticket = services.return_goods(ticket, **bill, actor=desk.merchant, now=NOW + 2 * DAY)
        if number == "YT9009":
            answered(number, NOW + 6 * DAY)
            job("doubt_tracking").run(NOW + 6 * DAY, False)
        self.pushed(number, NOW + 2 * DAY + off, "in_transit", now=NOW + 6 * DAY)
        assert fresh(ticket).due_action == (due if number == "YT9009" else "receive")
