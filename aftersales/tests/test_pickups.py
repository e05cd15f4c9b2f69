"""Couriers that come to the buyer: who may book one, what it does to the clock, and what a collection means (S-085)."""

from collections.abc import Iterator
from datetime import UTC, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from rest_framework.test import APIClient

from aftersales import services
from aftersales.jobs import _sweep
from aftersales.models import Ticket, TicketParcel
from aftersales.services import pickups, tracking
from aftersales.states import Due, Status
from fakes.pickups import FAR, LATE
from kernel.actors import COURIER
from kernel.errors import Conflict, Forbidden, IllegalTransition, Invalid
from kernel.machine import advance
from logistics import couriers
from logistics import services as logistics
from logistics.couriers import PickupNews, What
from logistics.machine import Status as ParcelStatus
from logistics.models import Parcel, Pickup, ReturnAddress
from logistics.pickups import outcome, policy
from logistics.pickups.machine import Status as PickupStatus
from refunds.payables.models import Payable
from tests.desk import Desk
from tests.pickups import SOURCES, again, ask, book, couriers_that_come, pickup_of, say
from tests.world import World

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(world: World) -> Desk:
    """At ten in the morning."""
    return Desk(world)


@pytest.fixture(autouse=True, params=SOURCES)
def fake(desk: Desk, settings: Any, monkeypatch: pytest.MonkeyPatch, request: Any) -> Iterator[Any]:
    with couriers_that_come(desk, settings, monkeypatch, request.param) as own:
        yield own


def to_send(desk: Desk, reason: str = "quality", type_: str = "return_refund", **facts: Any) -> Ticket:
    """Approved: the buyer is to send the goods back."""
    ticket = desk.approve(desk.apply(desk.world.delivered(), type_, reason, **facts))
    assert ticket.status == Status.PENDING_RETURN
    return ticket


def may(desk: Desk, ticket: Ticket) -> bool:
    return "book-pickup" in services.allowed_actions(again(ticket), desk.buyer, now=desk.now)


def collected(desk: Desk, ticket: Ticket | None = None, number: str = "YT9000000000001") -> Ticket:
    ticket = book(desk, ticket or to_send(desk))
    ask(desk)
    return say(desk, ticket, What.COLLECTED, tracking_no=number)


# --- who may ------------------------------------------------------------------------------------------------


def test_the_shop_pays_where_the_fault_is_its_own(desk: Desk) -> None:
    assert may(desk, to_send(desk))
    assert not may(desk, to_send(desk, reason="no_reason")), "the buyer pays for this one"


def test_where_no_courier_comes_nothing_is_offered(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = to_send(desk)
    monkeypatch.setattr(couriers, "_PICKUPS", None)
    assert not may(desk, ticket)
    with pytest.raises(IllegalTransition):
        book(desk, ticket)


@pytest.mark.parametrize("who", ["merchant", "integration"])
def test_only_the_buyer_books(desk: Desk, who: str) -> None:
    ticket = to_send(desk)
    with pytest.raises(Forbidden):
        services.book_pickup(
            ticket, courier="yto", date=policy.days(desk.now)[0], slot="13:00-15:00",
            actor=getattr(desk, who), now=desk.now,
        )  # fmt: skip


def test_one_at_a_time_and_three_in_all(desk: Desk) -> None:
    ticket = to_send(desk)
    for number in range(policy.BOOKINGS):
        ticket = book(desk, again(ticket))
        assert (ticket.pickup_open, ticket.pickups_booked) == (True, number + 1)
        assert not may(desk, ticket)
        ticket = services.cancel_pickup(ticket, actor=desk.buyer, now=desk.now)
        assert not ticket.pickup_open
    assert not may(desk, ticket)
    with pytest.raises((IllegalTransition, Conflict)):
        book(desk, again(ticket))


def test_the_address_of_the_order_is_taken_where_none_is_given(desk: Desk, fake: Any) -> None:
    ticket = to_send(desk)
    order = ticket.order
    type(order).objects.filter(pk=order.pk).update(
        receiver_name="鲍勃", receiver_phone="13900000001", receiver_address="北京市海淀区中关村大街 1 号"
    )
    ticket = book(desk, again(ticket), name="", phone="", address="")
    ask(desk)
    sent = next(iter(fake.pickups.bookings.values())).param
    assert ticket.return_address_copy
    if "Sender" in sent:
        assert (sent["Sender"]["Name"], sent["Sender"]["Mobile"]) == ("鲍勃", "13900000001")
        assert (sent["Sender"]["Address"], sent["Receiver"]["Address"]) == ("中关村大街1号", "文一西路1号")
        return
    assert (sent["sendManName"], sent["sendManMobile"]) == ("鲍勃", "13900000001")
    assert sent["sendManPrintAddr"] == "北京市海淀区中关村大街 1 号"
    assert sent["recManPrintAddr"] == ticket.return_address_copy["address"]


@pytest.mark.parametrize(("address", "offered"), [("北京市朝阳区建国路 1 号", True), ("北" * 101, False)])
def test_no_courier_is_offered_who_could_not_go_to_the_shop(desk: Desk, address: str, offered: bool) -> None:
    ReturnAddress.objects.update(address=address)
    ticket = to_send(desk)
    assert may(desk, ticket) == offered
    if not offered:
        with pytest.raises((IllegalTransition, Conflict)):
            book(desk, ticket)


def test_it_costs_at_most_what_the_shop_pays_for_a_return(desk: Desk) -> None:
    desk.world.revise_policy(return_freight_standard="12.00")
    ticket = to_send(desk)
    book(desk, ticket)
    assert Pickup.objects.get().max_price == 12


# --- collected ----------------------------------------------------------------------------------------------


def test_what_the_courier_collects_is_shipped_back(desk: Desk, fake: Any) -> None:
    ticket = book(desk, to_send(desk))
    ask(desk)
    desk.now += 4 * HOUR
    for _ in range(2):
        fake.pickups.move(pickup_of(ticket).pickup_no)
    ask(desk, at=pickup_of(ticket).ends_at + policy.AFTER_SLOT)
    ticket = again(ticket)
    assert (ticket.status, ticket.shipped_back_at, ticket.pickup_open) == (Status.PENDING_REFUND, desk.now, False)
    parcel = ticket.return_parcel
    assert parcel is not None
    assert (parcel.tracking_no, parcel.courier, parcel.status) == ("YT9000000000000", "yto", ParcelStatus.PICKED_UP)
    assert [event.status for event in parcel.events.all()] == ["picked_up"]
    link = TicketParcel.objects.get(parcel=parcel)
    assert (link.by_buyer, link.is_current) == (True, True)
    assert ticket.return_address_copy
    assert parcel.return_phone == ticket.return_address_copy["phone"]


def test_a_collected_parcel_is_not_doubted_for_its_number(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = collected(desk)
    assert ticket.alerts == []
    monkeypatch.setattr(couriers, "connected", lambda: frozenset({"yto"}))
    desk.now += timedelta(hours=100)
    tracking.sweep(desk.now, dry_run=False)
    assert again(ticket).alerts == []


def test_who_paid_nobody_is_paid_nothing_back(desk: Desk) -> None:
    ticket = collected(desk)
    with pytest.raises(Invalid) as refusal:
        desk.ship_back(ticket, tracking_no="YT5", freight_paid=Decimal(20))
    assert list(refusal.value.errors or ()) == ["freight_paid"]
    ticket = desk.receive(desk.ship_back(again(ticket), tracking_no="YT5"))
    assert (ticket.return_freight_amount, Payable.objects.count()) == (0, 0)


def test_the_same_news_twice_is_one_parcel(desk: Desk) -> None:
    ticket = collected(desk)
    say(desk, ticket, What.COLLECTED, tracking_no="YT9000000000001")
    say(desk, ticket, What.CANCELLED)
    assert Parcel.objects.filter(kind=Parcel.Kind.RETURN).count() == 1


@pytest.mark.parametrize("end", ["withdraw", "close"])
def test_collected_after_the_ticket_ended_is_on_record_and_moves_nothing(desk: Desk, end: str) -> None:
    ticket = book(desk, to_send(desk))
    ask(desk)
    if end == "withdraw":
        services.withdraw(again(ticket), actor=desk.buyer, now=desk.now)
    else:
        services.close(again(ticket), now=desk.now)
    ticket = say(desk, ticket, What.COLLECTED, tracking_no="YT9000000000001")
    assert (ticket.status, ticket.pickup_open) == (
        Status.CANCELLED if end == "withdraw" else Status.CLOSED, False,
    )  # fmt: skip
    link = TicketParcel.objects.get(ticket=ticket)
    assert (link.parcel.tracking_no, link.is_current) == ("YT9000000000001", False)


def test_an_earlier_pickup_that_was_missed_and_collects_after_all(desk: Desk) -> None:
    ticket = book(desk, to_send(desk))
    ask(desk)
    first = Pickup.objects.get()
    ticket = say(desk, ticket, What.MISSED)
    ticket = book(desk, ticket, slot="17:00-19:00")
    outcome.apply(first, PickupNews(first.task_no, What.COLLECTED, first.booking_no, "YT1111111111111"), now=desk.now)
    ticket = again(ticket)
    assert (ticket.status, ticket.return_parcel.tracking_no if ticket.return_parcel else "") == (
        Status.PENDING_REFUND, "YT1111111111111",
    )  # fmt: skip
    assert ticket.pickup_open, "the second one is still to be cancelled"
    pickups.sweep(desk.now, dry_run=False)
    assert (again(ticket).pickup_open, Pickup.objects.latest("pk").status) == (False, PickupStatus.CANCELLED)


def test_who_comes_ends_no_offer_and_makes_nobody_look_again(desk: Desk) -> None:
    ticket = book(desk, to_send(desk))
    services.offer(
        again(ticket), amount=Decimal(10), returnless=True, note="Keep it", actor=desk.merchant, now=desk.now
    )
    ask(desk)
    before = again(ticket)
    ticket = say(desk, ticket, What.MISSED)
    assert (ticket.offered_at, ticket.version) == (before.offered_at, before.version)
    assert ticket.offered_at is not None


def test_the_first_pickup_counts_for_what_was_paid_too(desk: Desk) -> None:
    ticket = book(desk, to_send(desk))
    ask(desk)
    first = pickup_of(ticket)
    ticket = book(desk, say(desk, ticket, What.MISSED), slot="17:00-19:00")
    outcome.apply(first, PickupNews(first.task_no, What.COLLECTED, first.booking_no, "YT1111111111111"), now=desk.now)
    with pytest.raises(Invalid):
        desk.ship_back(again(ticket), tracking_no="YT5", freight_paid=Decimal(20))


def paid(desk: Desk, ticket: Ticket, number: str) -> Ticket:
    return desk.ship_back(again(ticket), courier="yto", tracking_no=number, freight_paid=Decimal(20))


@pytest.mark.parametrize("typed", ["YT9000000000000", "yt-9000 0000 00000"])
def test_whoever_types_the_number_of_the_pickup_has_paid_nobody(desk: Desk, typed: str) -> None:
    """Before the courier's system says that it was collected, and as it was typed."""
    ticket = book(desk, to_send(desk))
    ask(desk)
    assert pickup_of(ticket).tracking_no == "YT9000000000000"
    with pytest.raises(Invalid) as refusal:
        paid(desk, ticket, typed)
    assert list(refusal.value.errors or ()) == ["freight_paid"]
    shipped_at = desk.now
    ticket = desk.ship_back(again(ticket), courier="yto", tracking_no=typed)
    desk.now += HOUR
    ticket = say(desk, ticket, What.COLLECTED, tracking_no="YT9000000000000")
    assert (ticket.return_freight_amount, ticket.shipped_back_at, ticket.pickup_open) == (0, shipped_at, False)
    assert Parcel.objects.filter(kind=Parcel.Kind.RETURN).count() == 1
    desk.receive(ticket)
    assert Payable.objects.count() == 0


def test_a_number_that_was_typed_by_mistake_gives_way_to_the_collection(desk: Desk) -> None:
    ticket = book(desk, to_send(desk))
    ask(desk)
    paid(desk, ticket, "YT5555555555555")
    ticket = say(desk, ticket, What.COLLECTED, tracking_no="YT9000000000001")
    assert ticket.return_parcel
    assert (ticket.return_parcel.tracking_no, ticket.return_freight_amount) == ("YT9000000000001", 0)


@pytest.mark.parametrize("news", ["scanned", "delivered"])
def test_goods_that_travel_otherwise_are_not_those_that_were_collected(desk: Desk, news: str) -> None:
    ticket = book(desk, to_send(desk))
    ask(desk)
    ticket = paid(desk, ticket, "YT5555555555555")
    assert ticket.return_parcel
    status = {"scanned": "in_transit", "delivered": "delivered"}[news]
    logistics.report(ticket.return_parcel, status=status, actor=COURIER, now=desk.now)
    before = again(ticket)
    ticket = say(desk, ticket, What.COLLECTED, tracking_no="YT9000000000001")
    assert ticket.return_parcel
    assert (ticket.return_parcel.tracking_no, ticket.return_freight_amount, ticket.arrived_at) == (
        "YT5555555555555", 20, before.arrived_at,
    )  # fmt: skip
    link = TicketParcel.objects.get(ticket=ticket, parcel__tracking_no="YT9000000000001")
    assert not link.is_current


@pytest.mark.parametrize("who", ["merchant", "integration", "support"])
def test_only_the_couriers_word_makes_a_collection(desk: Desk, who: str) -> None:
    pickup = pickup_of(book(desk, to_send(desk)))
    ask(desk)
    with pytest.raises(Forbidden), transaction.atomic():
        advance(pickup.collect, actor=getattr(desk, who), now=desk.now, names=None, freight=None, weight=None)


def test_collected_without_a_number_the_ticket_stays_open_until_it_is_known(desk: Desk) -> None:
    ticket = book(desk, to_send(desk))
    ask(desk)
    Pickup.objects.update(tracking_no="")
    ticket = say(desk, ticket, What.COLLECTED)
    assert (ticket.status, ticket.pickup_open, ticket.due_action) == (Status.PENDING_RETURN, True, Due.OVERDUE)
    assert services.allowed_actions(ticket, desk.buyer, now=desk.now) == ["withdraw", "ship-back"]
    with pytest.raises(IllegalTransition):
        services.cancel_pickup(ticket, actor=desk.buyer, now=desk.now)
    desk.now += timedelta(days=40)
    close_due(desk)
    ticket = say(desk, ticket, What.ASSIGNED, tracking_no="YT9000000000001")
    assert ticket.return_parcel
    assert (ticket.status, ticket.pickup_open, ticket.return_parcel.tracking_no, ticket.shipped_back_at) == (
        Status.PENDING_REFUND, False, "YT9000000000001", desk.now,
    )  # fmt: skip


# --- clocks -------------------------------------------------------------------------------------------------


def close_due(desk: Desk) -> None:
    _sweep(Due.CLOSE)(desk.now, False)


@pytest.mark.parametrize(("seconds", "closed"), [(-1, False), (0, True), (1, True)])
def test_a_missed_pickup_leaves_two_days(desk: Desk, seconds: int, closed: bool) -> None:
    ticket = to_send(desk)
    assert ticket.due_at
    desk.now = ticket.due_at - HOUR
    desk.now = timezone.localtime(desk.now).replace(hour=10).astimezone(UTC)
    ticket = book(desk, ticket)
    ask(desk)
    desk.now += 6 * HOUR
    missed_at = desk.now
    ticket = say(desk, ticket, What.MISSED, reason="无人在家")
    assert (ticket.pickup_open, ticket.due_at, ticket.due_action) == (
        False, missed_at + policy.TO_SEND_OTHERWISE, Due.CLOSE,
    )  # fmt: skip
    desk.now = missed_at + policy.TO_SEND_OTHERWISE + timedelta(seconds=seconds)
    close_due(desk)
    assert (again(ticket).status == Status.CLOSED) is closed


def test_an_open_pickup_never_closes_a_ticket(desk: Desk, fake: Any) -> None:
    ticket = to_send(desk)
    assert ticket.due_at
    last_day = timezone.localtime(ticket.due_at).replace(hour=10).astimezone(UTC)
    desk.now = last_day if last_day < ticket.due_at else last_day - timedelta(days=1)
    ticket = book(desk, ticket)
    assert ticket.due_at
    assert (ticket.due_action, ticket.due_at) == (Due.OVERDUE, pickup_of(ticket).ends_at + policy.TO_SEND_OTHERWISE)
    desk.now = ticket.due_at + timedelta(days=30)
    close_due(desk)
    assert again(ticket).status == Status.PENDING_RETURN


def test_a_pickup_early_in_the_week_shortens_nothing(desk: Desk) -> None:
    ticket = to_send(desk)
    before = ticket.due_at
    assert book(desk, ticket).due_at == before
    assert services.cancel_pickup(again(ticket), actor=desk.buyer, now=desk.now).due_at == before


def test_whoever_takes_it_back_has_the_time_of_its_slot(desk: Desk) -> None:
    ticket = to_send(desk)
    assert ticket.due_at
    desk.now = timezone.localtime(ticket.due_at).replace(hour=8).astimezone(UTC) - timedelta(days=1)
    ticket = book(desk, ticket, date=policy.days(desk.now)[2])
    until = ticket.due_at
    ask(desk)
    services.cancel_pickup(again(ticket), actor=desk.buyer, now=desk.now)
    ask(desk)
    ticket = again(ticket)
    assert (ticket.pickup_open, ticket.due_at, ticket.due_action) == (False, until, Due.CLOSE)


def test_a_cancellation_waits_for_the_couriers_word(desk: Desk, fake: Any) -> None:
    ticket = book(desk, to_send(desk), address=LATE)
    ask(desk)
    ticket = services.cancel_pickup(again(ticket), actor=desk.buyer, now=desk.now)
    assert ticket.pickup_open
    services.cancel_pickup(again(ticket), actor=desk.buyer, now=desk.now)  # asked for once
    ask(desk)
    ticket = again(ticket)
    assert (ticket.pickup_open, pickup_of(ticket).status) == (True, PickupStatus.BOOKED), "too late"
    assert "cancel-pickup" not in services.allowed_actions(ticket, desk.buyer, now=desk.now)
    with pytest.raises(IllegalTransition):
        services.cancel_pickup(ticket, actor=desk.buyer, now=desk.now)


def test_too_late_to_cancel_and_missed_after_all_leaves_two_days(desk: Desk, fake: Any) -> None:
    """The buyer waited for a courier who was to come all the same."""
    ticket = to_send(desk)
    assert ticket.due_at
    desk.now = timezone.localtime(ticket.due_at).replace(hour=8).astimezone(UTC) - timedelta(days=1)
    ticket = book(desk, ticket, address=LATE)
    ask(desk)
    services.cancel_pickup(again(ticket), actor=desk.buyer, now=desk.now)
    ask(desk)
    desk.now += timedelta(days=2)
    ticket = say(desk, ticket, What.MISSED)
    assert (ticket.pickup_open, ticket.due_at) == (False, desk.now + policy.TO_SEND_OTHERWISE)


def test_where_nobody_comes_the_buyer_reads_why(desk: Desk) -> None:
    ticket = book(desk, to_send(desk), address=FAR)
    ask(desk)
    ticket = again(ticket)
    assert (ticket.pickup_open, pickup_of(ticket).status, pickup_of(ticket).reason) == (
        False, PickupStatus.REFUSED, "该地址不在揽收范围内",
    )  # fmt: skip
    assert may(desk, ticket)


# --- what else the ticket may come to -----------------------------------------------------------------------


def test_sent_otherwise_the_courier_is_called_off(desk: Desk, fake: Any) -> None:
    ticket = book(desk, to_send(desk))
    ask(desk)
    desk.ship_back(again(ticket), tracking_no="SF1234567890123")
    assert str(pickups.sweep(desk.now, dry_run=True)) == "1 done, 0 skipped, 0 failed"
    pickups.sweep(desk.now, dry_run=False)
    pickups.sweep(desk.now, dry_run=False)
    ask(desk)
    ticket = again(ticket)
    assert (fake.pickups.cancelled, ticket.pickup_open) == ([pickup_of(ticket).pickup_no], False)
    assert ticket.status == Status.PENDING_REFUND
    assert fake.pickups.asked[fake.pickups.cancels] == 1


def test_the_number_of_the_pickup_itself_calls_nobody_off(desk: Desk, fake: Any) -> None:
    ticket = book(desk, to_send(desk))
    ask(desk)
    desk.ship_back(again(ticket), tracking_no=pickup_of(ticket).tracking_no.lower())
    pickups.sweep(desk.now, dry_run=False)
    ask(desk)
    assert (fake.pickups.cancelled, again(ticket).pickup_open) == ([], True)
    desk.receive(again(ticket))
    pickups.sweep(desk.now, dry_run=False)
    ask(desk)
    assert (fake.pickups.cancelled, again(ticket).pickup_open) == ([pickup_of(ticket).pickup_no], False)


def test_a_withdrawn_ticket_calls_off_its_courier(desk: Desk, fake: Any) -> None:
    ticket = book(desk, to_send(desk))
    ask(desk)
    services.withdraw(again(ticket), actor=desk.buyer, now=desk.now)
    pickups.sweep(desk.now, dry_run=False)
    ask(desk)
    assert (fake.pickups.cancelled, again(ticket).status) == ([pickup_of(ticket).pickup_no], Status.CANCELLED)


def test_every_open_pickup_is_the_newest_of_a_ticket_that_says_so(desk: Desk) -> None:
    book(desk, to_send(desk))
    collected(desk)
    stray = Pickup.objects.filter(status__in=["requested", "booked"]).exclude(
        pk__in=Ticket.objects.filter(pickup_open=True).values("pickup")
    )
    assert not stray.exists()
    assert not Ticket.objects.filter(pickup_open=True).exclude(pickup__key=F("ticket_no")).exists()


# --- API ----------------------------------------------------------------------------------------------------


@pytest.fixture
def alice(desk: Desk) -> APIClient:
    client = APIClient()
    client.force_authenticate(desk.world.alice)
    return client


def test_options_and_booking_over_the_api(desk: Desk, alice: APIClient) -> None:
    ticket = to_send(desk)
    url = f"/api/v1/tickets/{ticket.ticket_no}/"
    options = alice.get(f"{url}pickup-options/").json()
    assert options["allowed"]
    assert options["couriers"][0]["code"] == "sf"
    day = options["days"][-1]
    body = {
        "courier": "yto",
        "date": day["date"],
        "slot": day["slots"][0],
        "address": "上海市徐汇区漕溪北路",
        "name": "艾",
        "phone": "1",
    }
    answer = alice.post(f"{url}book-pickup/", body, format="json")
    assert answer.status_code == 200, answer.json()
    pickup = answer.json()["pickup"]
    assert (pickup["status"], pickup["courier"], pickup["cancelling"]) == ("requested", "yto", False)
    assert "cancel-pickup" in answer.json()["allowed_actions"]
    refused = alice.post(f"{url}book-pickup/", body, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")
    assert alice.post(f"{url}cancel-pickup/", {}, format="json").json()["pickup"]["status"] == "cancelled"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"courier": "nobody"}, "courier"),
        ({"date": "2020-01-01"}, "date"),
        ({"date": "tomorrow"}, "date"),
        ({"slot": "noon"}, "slot"),
        ({"courier": None}, "courier"),
    ],
)
def test_what_cannot_be_booked_is_named(desk: Desk, alice: APIClient, change: dict[str, Any], field: str) -> None:
    ticket = to_send(desk)
    body = {"courier": "yto", "date": policy.days(timezone.now())[2].isoformat(), "slot": "13:00-15:00"} | change
    answer = alice.post(f"/api/v1/tickets/{ticket.ticket_no}/book-pickup/", body, format="json")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
