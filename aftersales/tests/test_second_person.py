"""Limits a day, and two people above a shop's threshold (docs/limits.md). `mei` manages, `song` is a supervisor."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership
from accounts.shop_settings.second_approval import NOTICE, require_second_approval, threshold
from aftersales import services
from aftersales.models import Given, SecondApproval, Ticket
from aftersales.rules.application import Application, LineRequest
from aftersales.services.deadlines import fire
from kernel.actors import COURIER, Actor
from kernel.errors import Conflict, DomainError, Forbidden, Invalid, Stale
from kernel.models import Change
from logistics import services as logistics
from refunds.models import Refund
from tests.browser import Sit, page, text
from tests.desk import Desk
from tests.threads import dismissed, race
from tests.undone import undone
from tests.world import DAY, NOW, World

from .desk_api import ApiDesk
from .test_limits import MORE_STATES, claim, owed, refused, unshipped
from .test_verbs import STATES, VERBS

__all__ = ["dismissed"]  # of the pool of threads, for this module

pytestmark = pytest.mark.django_db
D = Decimal
SECOND = timedelta(seconds=1)


@pytest.fixture
def desk(world: World) -> Desk:
    for code, price in (("TEE", "99.00"), ("BIG", "250.00"), ("CAP", "40.00")):
        world.sku(code, price=price, on_hand=50)
    return Desk(world)


@pytest.fixture
def anna(world: World) -> Actor:
    """Another manager, who has been one for 30 days."""
    long_ago = NOW - timedelta(days=30)
    Membership.objects.create(shop=world.lantern, user=world.eve, role="manager", accepted_at=long_ago,
                              role_since=long_ago)  # fmt: skip
    return world.actor("eve")


def two_above(desk: Desk, amount: str | None) -> None:
    shop = desk.world.lantern
    require_second_approval(shop, above=None if amount is None else D(amount), actor=desk.merchant, now=NOW)
    shop.refresh_from_db()


def approve(ticket: Ticket, by: Actor, now: datetime = NOW, **more: Any) -> Ticket:
    return services.approve(Ticket.objects.get(pk=ticket.pk), actor=by, now=now, **more)


def endorse(ticket: Ticket, by: Actor, amount: str, now: datetime = NOW, **more: Any) -> Ticket:
    return services.endorse(Ticket.objects.get(pk=ticket.pk), amount=D(amount), actor=by, now=now, **more)


def alone(act: Callable[[], Any]) -> dict[str, Any]:
    """Refused, because a second person has not agreed."""
    with undone(), pytest.raises(Forbidden) as answer:
        act()
    assert answer.value.details["offer"] == "endorse"
    return answer.value.details


def bought(desk: Desk, price: str = "99.00", quantity: int = 5) -> Any:
    return desk.world.delivered(lines=[("TEE", price, quantity)])


# --- the day --------------------------------------------------------------------------------------------------


def limited(desk: Desk, amount: str, who: str = "wen") -> Actor:
    user = getattr(desk.world, who)
    Membership.objects.filter(user=user).update(daily_limit=D(amount))
    user.__dict__.pop("_memberships", None)
    return desk.world.actor(who)


def test_decisions_of_a_day_add_up_over_all_orders(desk: Desk) -> None:
    wen = limited(desk, "150.00")
    approve(claim(desk, bought(desk), "100.00"), wen)
    second = claim(desk, bought(desk), "50.01")
    details = refused(desk, lambda: approve(second, wen))
    assert (details["limit"], details["amount"], details["period"]) == ("150.00", "150.01", "day")
    approve(claim(desk, bought(desk), "50.00"), wen)
    refused(desk, lambda: approve(claim(desk, bought(desk), "0.01"), wen))
    approve(second, desk.merchant)  # who has no such limit


def test_a_manager_may_have_one_too(desk: Desk) -> None:
    mei = limited(desk, "100.00", "mei")
    refused(desk, lambda: approve(claim(desk, bought(desk), "100.01"), mei))
    approve(claim(desk, bought(desk), "100.00"), mei)


@pytest.mark.parametrize(("late", "free"), [(-SECOND, False), (timedelta(0), True), (SECOND, True)])
def test_the_day_ends_at_midnight_of_the_time_zone(desk: Desk, late: timedelta, free: bool) -> None:
    wen = limited(desk, "100.00")
    approve(claim(desk, bought(desk), "100.00"), wen)
    local = timezone.localtime(NOW)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + DAY
    ticket = claim(desk, bought(desk), "100.00")
    if free:
        assert approve(ticket, wen, now=midnight + late).approved_amount == D("100.00")
    else:
        refused(desk, lambda: approve(ticket, wen, now=midnight + late))


def test_what_is_carried_out_later_counts_on_the_day_it_was_decided(desk: Desk) -> None:
    wen = limited(desk, "100.00")
    back = desk.ship_back(approve(desk.apply(bought(desk), quantity=1), wen))
    tomorrow = NOW + DAY
    units = [{"line_id": back.order.lines.get().pk, "quantity": 1, "condition": "as_new"}]
    services.receive(back, units=units, actor=wen, now=tomorrow)
    assert Given.objects.get().at == NOW
    approve(claim(desk, bought(desk), "100.00"), wen, now=tomorrow)


def test_open_offers_of_the_day_count_and_ended_tickets_do_not(desk: Desk) -> None:
    wen = limited(desk, "100.00")
    ticket = desk.apply(bought(desk), quantity=1)
    ticket = services.offer(ticket, type="refund_only", amount=D("60.00"), note="Keep it", actor=wen, now=NOW)
    refused(desk, lambda: approve(claim(desk, bought(desk), "40.01"), wen))
    services.decline_offer(ticket, offer=ticket.offers.get().pk, actor=desk.buyer, now=NOW)
    other = approve(desk.apply(bought(desk), quantity=1), wen)
    refused(desk, lambda: approve(claim(desk, bought(desk), "1.01"), wen))
    services.withdraw(other, actor=desk.buyer, now=NOW)
    approve(claim(desk, bought(desk), "100.00"), wen)


def test_in_another_currency_nobody_with_a_daily_limit_gives_anything(desk: Desk, world: World) -> None:
    wen = limited(desk, "1000.00", "mei")
    world.sku("IMPORT", price="10.00", currency="USD", on_hand=5)
    order = world.delivered(lines=[("IMPORT", "10.00", 1)], currency="USD")
    assert refused(desk, lambda: approve(claim(desk, order, "1.00"), wen))["limit"] == "0.00"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("reference_data")
def test_two_offers_at_once_do_not_either(desk: Desk) -> None:
    wen = limited(desk, "150.00")
    offer = partial(services.offer, type="refund_only", amount=D("50.00"), note="Keep it", actor=wen, now=NOW)
    tickets = [desk.apply(bought(desk), quantity=1) for _ in range(6)]
    answers = race(*[partial(offer, ticket) for ticket in tickets])
    assert sorted(answers) == ["forbidden"] * 3 + ["ok"] * 3


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("reference_data")
def test_two_decisions_at_once_do_not_both_have_the_rest_of_the_day(desk: Desk) -> None:
    wen = limited(desk, "150.00")
    for _ in range(5):
        Given.objects.all().delete()
        tickets = [claim(desk, bought(desk), "50.00") for _ in range(6)]
        answers = race(*[partial(approve, ticket, wen) for ticket in tickets])
        assert sorted(answers) == ["forbidden"] * 3 + ["ok"] * 3


# --- the second person ----------------------------------------------------------------------------------------


def test_above_the_threshold_somebody_else_has_to_agree_first(desk: Desk, anna: Actor) -> None:
    two_above(desk, "200.00")
    ticket = claim(desk, bought(desk), "200.01")
    details = alone(lambda: approve(ticket, desk.merchant))
    assert (details["limit"], details["amount"], details["allowed"]) == ("200.00", "200.01", ["endorse", "hand-over"])
    endorsed = endorse(ticket, anna, "200.01", note="Seen")
    assert (endorsed.status, endorsed.version, endorsed.due_at) == (ticket.status, ticket.version, ticket.due_at)
    row = endorsed.history().get(action="endorse")
    assert (row.actor_name, row.note, row.data) == ("eve", "Seen", {"amount": "200.01"})
    alone(lambda: approve(ticket, anna))  # their own yes is no second one
    assert approve(ticket, desk.merchant).approved_amount == D("200.01")


def test_at_the_threshold_one_person_is_enough(desk: Desk) -> None:
    two_above(desk, "200.00")
    approve(claim(desk, bought(desk), "200.00"), desk.merchant)


def test_parts_add_up_and_whoever_decided_them(desk: Desk, anna: Actor) -> None:
    two_above(desk, "200.00")
    order = bought(desk)
    approve(claim(desk, order, "150.00"), desk.agent)
    ticket = claim(desk, order, "60.00")
    assert alone(lambda: approve(ticket, desk.merchant))["amount"] == "210.00"
    endorse(ticket, anna, "60.00")
    approve(ticket, desk.merchant)


def test_a_yes_is_to_what_was_seen(desk: Desk, anna: Actor) -> None:
    two_above(desk, "200.00")
    order = bought(desk)
    ticket = claim(desk, order, "250.00")
    endorse(ticket, anna, "249.99")
    alone(lambda: approve(ticket, desk.merchant))  # less than this
    endorse(ticket, anna, "400.00")
    application = Application(
        "refund_only",
        "compensation",
        (LineRequest(order.lines.get().pk, 1),),
        claimed_amount=D("300.00"),
        received=True,
    )
    services.amend(Ticket.objects.get(pk=ticket.pk), application, actor=desk.buyer, now=NOW)
    alone(lambda: approve(ticket, desk.merchant))  # another ticket than the one that was read
    with pytest.raises(Stale):
        endorse(ticket, anna, "300.00", version=ticket.version)
    endorse(ticket, anna, "300.00", version=ticket.version + 1)
    approve(ticket, desk.merchant)


def test_who_may_be_the_second_person(desk: Desk, anna: Actor, world: World) -> None:
    two_above(desk, "200.00")
    ticket = claim(desk, bought(desk), "300.00")
    Membership.objects.filter(user=world.mei).update(role_since=NOW - timedelta(days=30) + SECOND)
    for actor in (desk.merchant, desk.agent, desk.support, desk.buyer, desk.integration, world.actor("rui")):
        with undone(), pytest.raises(Forbidden):
            endorse(ticket, actor, "300.00")
    for actor in (anna, world.actor("song")):
        with undone():
            endorse(ticket, actor, "300.00")
            approve(ticket, desk.merchant)
    own = claim(desk, bought(desk), "300.00", by=anna)
    with undone(), pytest.raises(Forbidden):
        endorse(own, anna, "300.00")
    for amount in ("0.00", "-1.00", "1.001"):
        with undone(), pytest.raises(Invalid):
            endorse(ticket, anna, amount)
    two_above(desk, None)
    later = NOW + NOTICE
    with pytest.raises(Conflict):
        endorse(ticket, anna, "300.00", now=later)


def test_a_return_that_was_agreed_to_is_received_by_one(desk: Desk, anna: Actor) -> None:
    two_above(desk, "100.00")
    ticket = desk.apply(bought(desk), quantity=3)
    endorse(ticket, anna, "297.00")
    back = desk.ship_back(approve(ticket, desk.merchant))
    desk.receive(back)
    assert owed() == D("297.00")


def test_the_buyers_yes_to_an_offer_that_was_agreed_to(desk: Desk, anna: Actor) -> None:
    two_above(desk, "100.00")
    ticket = desk.apply(bought(desk), quantity=3)
    offer = partial(
        services.offer, type="refund_only", amount=D("150.00"), note="Keep it", actor=desk.merchant, now=NOW
    )
    alone(lambda: offer(ticket))
    endorse(ticket, anna, "150.00")
    ticket = offer(Ticket.objects.get(pk=ticket.pk))
    ticket = services.accept_offer(ticket, offer=ticket.offers.get().pk, actor=desk.buyer, now=NOW)
    assert (ticket.status, ticket.approved_amount) == ("pending_refund", D("150.00"))


def test_open_offers_of_anybody_count(desk: Desk, anna: Actor) -> None:
    """Two offers that are each small, and an offer beside an approval."""
    two_above(desk, "200.00")
    order = bought(desk)
    offered = desk.apply(order, quantity=2)
    services.offer(offered, type="refund_only", amount=D("150.00"), note="Keep them", actor=desk.agent, now=NOW)
    second = desk.apply(order, quantity=2)
    offer = partial(services.offer, second, type="refund_only", note="Keep them", actor=desk.merchant, now=NOW)
    alone(lambda: offer(amount=D("50.01")))
    alone(lambda: approve(second, desk.merchant))
    offer(amount=D("50.00"))


@pytest.mark.parametrize("who", [("mei", "eve"), ("mei", "mei")], ids=["another person", "the same"])
def test_goods_that_leave_again_add_up(desk: Desk, anna: Actor, world: World, who: tuple[str, str]) -> None:
    two_above(desk, "150.00")
    first, second = (world.actor(name) for name in who)
    ticket = approve(desk.apply(bought(desk), "reissue", "missing", quantity=1), first)
    ticket = services.reship(ticket, courier="sf", tracking_no="SF2", actor=first, now=NOW)
    assert ticket.replacement_parcel is not None
    logistics.report(ticket.replacement_parcel, status="lost", actor=COURIER, now=NOW)
    lost = Ticket.objects.get(pk=ticket.pk)
    reship = partial(services.reship, courier="sf", tracking_no="SF3", actor=second, now=NOW)
    assert alone(lambda: reship(lost))["amount"] == "198.00"
    alone(lambda: services.convert(lost, to="refund_only", actor=second, now=NOW))
    endorse(lost, world.actor("song"), "99.00")
    reship(Ticket.objects.get(pk=ticket.pk))


def test_an_accepted_offer_that_gives_the_difference_back_as_well(desk: Desk, anna: Actor) -> None:
    """The offer names less than its acceptance gives away: what was agreed to is what was rehearsed."""
    desk.world.sku("BIG", price="129.00", on_hand=5)
    ticket = desk.apply(bought(desk), "exchange", "wrong_choice", quantity=1, exchange_sku="BIG")
    ticket = desk.receive(desk.ship_back(desk.pay_difference(desk.approve(ticket), "30.00")))
    two_above(desk, "100.00")
    offer = partial(
        services.offer, type="refund_only", amount=D("99.00"), note="None left", actor=desk.merchant, now=NOW
    )
    alone(lambda: offer(ticket))
    endorse(ticket, anna, "129.00")
    ticket = offer(Ticket.objects.get(pk=ticket.pk))
    ticket = services.accept_offer(ticket, offer=ticket.offers.get().pk, actor=desk.buyer, now=NOW)
    assert owed() == D("129.00")


def test_what_the_clock_approved_is_received_by_one(desk: Desk) -> None:
    two_above(desk, "100.00")
    ticket = desk.apply(bought(desk), reason="no_reason", quantity=3)
    assert ticket.due_at is not None
    fire(ticket.pk, ticket.due_action, now=ticket.due_at)
    desk.receive(desk.ship_back(Ticket.objects.get(pk=ticket.pk)))
    assert owed() == D("297.00")


def test_what_is_asked_for_the_buyer_waits_for_the_second_person(desk: Desk, anna: Actor, world: World) -> None:
    two_above(desk, "200.00")
    order = world.place_order(lines=[("TEE", "100.00", 5)])
    apply = partial(unshipped, desk, order)
    assert apply(2, desk.merchant).status == "pending_refund"
    ticket = apply(1, desk.merchant)
    assert (ticket.status, owed()) == ("pending_review", D("200.00"))
    alone(lambda: approve(ticket, desk.merchant))
    endorse(ticket, anna, "100.00")
    assert approve(ticket, desk.merchant).status == "pending_refund"
    assert apply(1, desk.buyer).status == "pending_refund"


def test_clock_and_buyer_wait_for_nobody(desk: Desk, world: World) -> None:
    """The law's deadlines are the buyer's; what a shop wants of its own people does not move them."""
    two_above(desk, "0.00")
    ticket = desk.apply(bought(desk), reason="no_reason")
    assert ticket.due_at is not None
    assert fire(ticket.pk, ticket.due_action, now=ticket.due_at)
    assert Ticket.objects.get(pk=ticket.pk).status == "pending_return"
    unshipped = world.place_order(lines=[("TEE", "99.00", 5)])
    assert desk.apply(unshipped, "refund_only", "dont_want").status == "pending_refund"


# Of what was approved before, by two people or by the clock.
CARRIES_OUT = {"receive", "reship"}


@pytest.mark.parametrize("state", [*STATES, *MORE_STATES])
def test_no_action_of_a_shop_pays_alone(desk: Desk, state: str) -> None:
    """Generated over all verbs, so that a new one that pays cannot be forgotten."""
    ticket = Ticket.objects.get(pk=(STATES | MORE_STATES)[state](desk).pk)
    Given.objects.all().delete()  # nobody has agreed to anything so far
    two_above(desk, "0.00")
    for verb in VERBS.keys() - CARRIES_OUT:
        with undone():
            before = owed()
            try:
                VERBS[verb](desk, ticket, {"actor": desk.world.actor("mei"), "now": NOW})
            except DomainError:
                continue
            assert owed() == before, verb


# --- the threshold itself -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "expected"), [(NOTICE - SECOND, D("100.00")), (NOTICE, D("500.00")), (NOTICE + SECOND, D("500.00"))]
)
def test_a_higher_one_counts_a_day_later(desk: Desk, after: timedelta, expected: Decimal) -> None:
    two_above(desk, "100.00")
    two_above(desk, "500.00")
    assert threshold(desk.world.lantern, NOW + after) == expected


def test_taken_away_and_lowered(desk: Desk) -> None:
    shop = desk.world.lantern
    assert threshold(shop, NOW) is None
    two_above(desk, "100.00")
    two_above(desk, None)
    assert (threshold(shop, NOW), threshold(shop, NOW + NOTICE)) == (D("100.00"), None)
    two_above(desk, "300.00")  # no way round: what counts today still counts
    assert (threshold(shop, NOW), threshold(shop, NOW + NOTICE)) == (D("100.00"), D("300.00"))
    two_above(desk, "50.00")
    assert threshold(shop, NOW) == D("50.00")
    assert Change.objects.filter(subject="second_approval").count() == 4
    for bad in ("-0.01", "1.001"):
        with pytest.raises(Invalid):
            two_above(desk, bad)
    for actor in (desk.agent, desk.support, desk.buyer):
        with pytest.raises(Forbidden):
            require_second_approval(shop, above=D(1), actor=actor, now=NOW)


# --- entry points ---------------------------------------------------------------------------------------------


def test_over_http(apidesk: ApiDesk, world: World, anna: Actor) -> None:
    require_second_approval(world.lantern, above=D("100.00"), actor=world.actor("mei"), now=NOW)
    order = world.delivered(lines=[("TEE", "250.00", 1)])
    ticket = apidesk.apply(order, reason="quality", evidence=[apidesk.photo()])
    answer = apidesk.post("mei", ticket, "approve", {})
    assert (answer.status_code, answer.json()["details"]["offer"]) == (403, "endorse")
    assert "endorse" in apidesk.get("eve", ticket)["allowed_actions"]
    assert "endorse" not in apidesk.get("wen", ticket)["allowed_actions"]
    assert apidesk.post("eve", ticket, "endorse", {"amount": "x"}).status_code == 400
    assert apidesk.post("eve", ticket, "endorse", {"amount": "250.00"}).status_code == 200
    assert apidesk.post("alice", ticket, "endorse", {"amount": "250.00"}).status_code == 403
    seen = apidesk.get("alice", ticket)["timeline"]
    assert "endorse" not in [row["action"] for row in seen], "the buyer reads nothing of it"
    assert apidesk.post("mei", ticket, "approve", {}).status_code == 200
    assert SecondApproval.objects.count() == 1


def test_the_page_says_it_before_the_click(desk: Desk, anna: Actor, sit: Sit) -> None:
    two_above(desk, "100.00")
    ticket = desk.apply(bought(desk), quantity=3)
    address = page(ticket)
    assert "two people decide" in text(sit("mei").get(address))
    answer = sit("eve").post(page(ticket, "endorse"), {"amount": "297.00", "version": ticket.version}, follow=True)
    assert "Second person agreed" in text(answer)
    assert "two people decide" not in text(sit("mei").get(address))
    assert Refund.objects.count() == 0


def test_a_shop_without_a_threshold_runs_no_statement_for_it(desk: Desk) -> None:
    ticket = claim(desk, bought(desk), "10.00")
    with (
        undone(),
        CaptureQueriesContext(
            connection,
        ) as usual,
    ):
        approve(ticket, desk.merchant)
    two_above(desk, "1000.00")
    with CaptureQueriesContext(connection) as with_threshold:
        approve(ticket, desk.merchant)
    assert len(with_threshold) == len(usual) + 2
