"""Offers (B-13, S-056): what the shop may propose, what the buyer's yes does, and what ends an offer."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from aftersales import services
from aftersales.models import Offer, Ticket
from aftersales.services.deadlines import fire, mark_overdue
from kernel.actors import Actor
from kernel.errors import (
    AmountExceeded,
    Conflict,
    Forbidden,
    IllegalTransition,
    Invalid,
    NeedsConfirmation,
    NotEligible,
)
from orders import services as orders
from orders.models import Stock
from refunds.models import Refund
from tests.desk import Desk
from tests.world import DAY, NOW, SECOND, World

from . import books

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


@pytest.fixture
def asked(desk: Desk) -> Ticket:
    """A return of two units, 198.00."""
    return desk.apply(desk.world.delivered())


def offer(desk: Desk, ticket: Ticket, *, actor: Actor | None = None, now: Any = NOW, **terms: Any) -> Offer:
    services.offer(ticket, **({"note": "For the scratch"} | terms), actor=actor or desk.merchant, now=now)
    return Offer.objects.filter(ticket_id=ticket.pk).latest("id")


def accept(desk: Desk, made: Offer, **more: Any) -> Ticket:
    ticket = services.accept_offer(made.ticket, offer=made.pk, actor=desk.buyer, now=NOW, **more)
    made.refresh_from_db()
    books.check(ticket.order)
    return ticket


def status(made: Offer) -> str:
    return Offer.objects.get(pk=made.pk).status


# --- at the review -------------------------------------------------------------------------------------


def test_a_yes_approves_on_the_offered_terms_at_once(desk: Desk, asked: Ticket) -> None:
    made = offer(desk, asked, amount=D("180.00"), service_fee=D("8.00"))
    assert (made.type, made.pays, made.status) == ("return_refund", D("172.00"), "open")
    ticket = accept(desk, made)
    assert (ticket.status, ticket.approved_amount, ticket.service_fee) == ("pending_return", D("172.00"), D("8.00"))
    assert (ticket.reduced, ticket.offered_at, made.status) == (True, None, "accepted")
    assert (made.answered_at, made.answered_by_id) == (NOW, desk.buyer.user_id)
    ticket = desk.pay_out(desk.receive(desk.ship_back(ticket)))
    assert (ticket.status, ticket.refunded_amount) == ("completed", D("172.00"))
    books.check(ticket.order)


@pytest.mark.parametrize("type_", ["return_refund", "exchange"])
def test_the_way_back_is_the_shops_to_pay_where_the_fault_is_not_the_buyers(desk: Desk, type_: str) -> None:
    """S-065: unless both agreed otherwise, and the buyer agrees by accepting an offer."""
    desk.world.sku("TEE", on_hand=9)
    ticket = desk.apply(desk.world.delivered(), type_, "quality")
    with pytest.raises(NeedsConfirmation) as refused:
        desk.approve(ticket, return_freight_payer="buyer")
    assert Ticket.objects.get(pk=ticket.pk).return_freight_payer == "merchant"
    body = refused.value.details.get("offer")
    assert (body is None) == (type_ == "exchange")  # which no offer is about
    if body is not None:
        accepted = accept(desk, offer(desk, ticket, **{**body, "amount": D(body["amount"])}))
        assert (accepted.return_freight_payer, accepted.approved_amount) == ("buyer", D("198.00"))


def test_the_shop_may_be_kinder_about_the_way_back(desk: Desk) -> None:
    for payer in ("buyer", "merchant"):
        ticket = desk.apply(desk.world.delivered(), "return_refund", "no_reason")
        assert desk.approve(ticket, return_freight_payer=payer).return_freight_payer == payer


def test_both_peoples_words_are_in_the_history(desk: Desk, asked: Ticket) -> None:
    """The buyer's yes, and the decision by the authority of whoever offered."""
    accept(desk, made := offer(desk, asked, amount=D("100.00")))
    said, yes, decided = list(asked.history())[-3:]
    assert (said.action, said.actor_kind, said.note) == ("offer", "merchant", "For the scratch")
    assert said.data == {"offer": made.pk, "type": "return_refund", "amount": "100.00", "service_fee": "0.00"}
    assert (yes.action, yes.actor_kind, yes.actor_id) == ("accept_offer", "buyer", desk.buyer.user_id)
    assert (decided.action, decided.actor_kind, decided.actor_id) == ("approve", "merchant", desk.merchant.user_id)


def test_keep_the_goods_and_get_a_part(desk: Desk, asked: Ticket) -> None:
    ticket = accept(desk, offer(desk, asked, type="refund_only", amount=D("60.00")))
    assert (ticket.type, ticket.status, ticket.return_address_copy) == ("refund_only", "pending_refund", None)
    assert desk.pay_out(ticket).refunded_amount == D("60.00")
    books.check(ticket.order)


def test_send_it_back_instead(desk: Desk) -> None:
    order = desk.world.delivered()
    asked = desk.apply(order, "refund_only", "late")
    ticket = accept(desk, offer(desk, asked, type="return_refund"))
    assert (ticket.type, ticket.status) == ("return_refund", "pending_return")
    assert ticket.return_address_copy is not None
    assert ticket.approved_amount == ticket.requested_amount == D("198.00")


def test_nothing_that_was_not_sent_can_come_back(desk: Desk) -> None:
    order = desk.world.place_order()
    orders.pack(order, actor=desk.integration, now=NOW)
    asked = desk.apply(order, "refund_only", "late")
    with pytest.raises(NotEligible):
        offer(desk, asked, type="return_refund")
    assert not Offer.objects.exists()


def test_a_claim_has_nothing_to_send_back_and_may_be_raised(desk: Desk) -> None:
    claim = desk.apply(desk.world.delivered(), "refund_only", "compensation", claimed_amount=D("10.00"))
    with pytest.raises(NotEligible):
        offer(desk, claim, type="return_refund")
    ticket = accept(desk, offer(desk, claim, amount=D("25.00")))
    assert desk.pay_out(ticket).refunded_amount == D("25.00")


def test_money_instead_of_a_replacement(desk: Desk) -> None:
    desk.world.sku("TEE", price="99.00", on_hand=5)
    asked = desk.apply(desk.world.delivered(), "exchange", "wrong_choice", quantity=1)
    ticket = accept(desk, offer(desk, asked, amount=D("40.00")))
    assert (ticket.type, ticket.status, ticket.approved_amount) == ("refund_only", "pending_refund", D("40.00"))
    assert desk.stock("TEE") == (5, 0)
    assert desk.pay_out(ticket).refunded_amount == D("40.00")
    books.check(ticket.order)


@pytest.mark.parametrize(
    ("terms", "error"),
    [
        ({"amount": D("198.01")}, AmountExceeded),
        ({"amount": D("5.00"), "service_fee": D("5.00")}, Invalid),
        ({"amount": D("5.00"), "service_fee": D("5.01")}, Invalid),
        ({"amount": D("0.00")}, Invalid),
        ({"service_fee": D("198.00")}, Invalid),
        ({"note": " "}, Invalid),
        ({"type": "repair"}, Invalid),
        ({"return_address_id": 10**9}, NotEligible),
    ],
)
def test_what_cannot_be_offered_leaves_nothing(
    desk: Desk, asked: Ticket, terms: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        offer(desk, asked, **terms)
    ticket = Ticket.objects.get(pk=asked.pk)
    assert (ticket.version, ticket.offered_at, Offer.objects.count()) == (asked.version, None, 0)
    assert [row.action for row in ticket.history()] == ["apply"]
    books.check(ticket.order)


def test_an_offer_reserves_nothing_and_pays_nothing(desk: Desk, asked: Ticket) -> None:
    """It is rehearsed, and taken back."""
    offer(desk, asked, type="refund_only", amount=D("50.00"))
    ticket = Ticket.objects.get(pk=asked.pk)
    assert (ticket.status, ticket.type, ticket.approved_amount) == ("pending_review", "return_refund", None)
    assert not Refund.objects.exists()
    books.check(ticket.order)


def test_an_alert_is_no_obstacle_to_the_buyers_own_yes(desk: Desk, asked: Ticket) -> None:
    """S-151 warns of a mistake; who reads the terms and says yes makes none."""
    Ticket.objects.filter(pk=asked.pk).update(alerts=["keyword_mismatch"])
    assert accept(desk, offer(desk, asked)).status == "pending_return"


# --- who may --------------------------------------------------------------------------------------------


def test_an_agents_limit_is_checked_when_they_offer(desk: Desk) -> None:
    """S-161: wen may give 200.00. The buyer's yes is bounded by what was offered, not by who is there."""
    asked = desk.apply(desk.world.delivered(lines=[("A", "300.00", 1)]))
    with pytest.raises(Forbidden):
        offer(desk, asked, actor=desk.agent, amount=D("200.01"))
    made = offer(desk, asked, actor=desk.agent, amount=D("200.00"))
    ticket = accept(desk, made)
    assert (ticket.approved_amount, ticket.history().latest("sequence").actor_id) == (200, desk.agent.user_id)


def test_offers_on_one_order_count_together(desk: Desk) -> None:
    order = desk.world.delivered(lines=[("A", "150.00", 2)])
    first, second = (desk.apply(order, quantity=1) for _ in range(2))
    offer(desk, first, actor=desk.agent, amount=D("120.00"))
    with pytest.raises(Forbidden) as refused:
        offer(desk, second, actor=desk.agent, amount=D("80.01"))
    assert (refused.value.details["limit"], refused.value.details["amount"]) == ("200.00", "200.01")
    accept(desk, offer(desk, second, actor=desk.agent, amount=D("80.00")))
    with pytest.raises(Forbidden):  # what was accepted counts as given
        offer(desk, first, actor=desk.agent, amount=D("120.01"))


def test_nobody_accepts_for_the_buyer(desk: Desk, asked: Ticket) -> None:
    made = offer(desk, asked)
    for actor in (desk.merchant, desk.support, desk.integration):
        for answer in (services.accept_offer, services.decline_offer):
            with pytest.raises(Forbidden):
                answer(asked, offer=made.pk, actor=actor, now=NOW)
    for actor in (desk.buyer, desk.support, desk.integration):
        with pytest.raises(Forbidden):
            offer(desk, asked, actor=actor)


def test_an_offer_of_another_ticket_is_none(desk: Desk, asked: Ticket) -> None:
    other = offer(desk, desk.apply(desk.world.delivered()))
    offer(desk, asked)
    with pytest.raises(Invalid) as refused:
        services.accept_offer(asked, offer=other.pk, actor=desk.buyer, now=NOW)
    assert refused.value.errors is not None
    assert "offer" in refused.value.errors


# --- versions and clocks -------------------------------------------------------------------------------


def test_a_newer_offer_supersedes_and_every_version_is_kept(desk: Desk, asked: Ticket) -> None:
    first, second = offer(desk, asked, amount=D("50.00")), offer(desk, asked, amount=D("60.00"))
    assert [status(first), status(second)] == ["superseded", "open"]
    with pytest.raises(Conflict) as refused:  # the page of the first one was still open
        services.accept_offer(asked, offer=first.pk, actor=desk.buyer, now=NOW)
    assert refused.value.details == {"offer_status": "superseded"}
    assert accept(desk, second).approved_amount == 60


def test_a_yes_is_bound_to_the_version_that_was_seen(desk: Desk, asked: Ticket) -> None:
    made = offer(desk, asked)
    seen = Ticket.objects.get(pk=asked.pk).version
    assert seen == asked.version + 1
    with pytest.raises(Conflict):
        services.accept_offer(asked, offer=made.pk, version=seen - 1, actor=desk.buyer, now=NOW)
    assert accept(desk, made, version=seen).status == "pending_return"


def test_a_merchants_decision_is_bound_to_the_version_too(desk: Desk, asked: Ticket) -> None:
    with pytest.raises(Conflict):
        offer(desk, asked, version=asked.version + 1)


def test_a_no_leaves_the_ticket_as_it_was(desk: Desk, asked: Ticket) -> None:
    made = offer(desk, asked)
    ticket = services.decline_offer(asked, offer=made.pk, actor=desk.buyer, now=NOW)
    assert (status(made), ticket.status, ticket.offered_at) == ("declined", "pending_review", None)
    with pytest.raises(IllegalTransition):
        services.accept_offer(asked, offer=made.pk, actor=desk.buyer, now=NOW)
    assert offer(desk, asked).status == "open"


@pytest.mark.parametrize("answered", [False, True])
def test_it_stops_no_clock(desk: Desk, asked: Ticket, answered: bool) -> None:
    """Who gains: the shop's 48 hours run on from the application, whatever it proposes."""
    due = Ticket.objects.get(pk=asked.pk).due_at
    assert due is not None
    made = offer(desk, asked, now=due - SECOND)
    if answered:
        services.decline_offer(asked, offer=made.pk, actor=desk.buyer, now=due - SECOND)
    ticket = Ticket.objects.get(pk=asked.pk)
    assert (ticket.due_at, ticket.due_action) == (due, "approve")
    assert not fire(ticket.pk, "approve", now=due - SECOND)
    assert fire(ticket.pk, "approve", now=due)
    assert Ticket.objects.get(pk=asked.pk).approved_amount == 198
    assert status(made) == ("declined" if answered else "expired")


def test_an_overdue_ticket_stays_overdue(desk: Desk, asked: Ticket) -> None:
    late = NOW + 3 * DAY
    mark_overdue(Ticket.objects.get(pk=asked.pk), now=late)
    before = Ticket.objects.get(pk=asked.pk)
    made = offer(desk, asked, now=late)
    services.decline_offer(asked, offer=made.pk, actor=desk.buyer, now=late)
    after = Ticket.objects.get(pk=asked.pk)
    assert (after.overdue_since, after.due_at) == (before.overdue_since, before.due_at)
    assert after.updated_at == late


MOVES: dict[str, Callable[[Desk, Ticket], Any]] = {
    "approve": lambda desk, t: desk.approve(t),
    "reject": lambda desk, t: services.reject(t, reason="No", actor=desk.merchant, now=NOW),
    "withdraw": lambda desk, t: services.withdraw(t, actor=desk.buyer, now=NOW),
    "amend": lambda desk, t: services.amend(
        t, desk.application(t.order, "return_refund", "quality", quantity=1), actor=desk.buyer, now=NOW
    ),
}


@pytest.mark.parametrize("verb", MOVES)
def test_any_move_of_the_ticket_ends_it(desk: Desk, asked: Ticket, verb: str) -> None:
    made = offer(desk, asked)
    MOVES[verb](desk, asked)
    made.refresh_from_db()
    assert (made.status, made.answered_at) == ("expired", NOW)
    assert Ticket.objects.get(pk=asked.pk).offered_at is None


def test_the_database_has_one_open_offer_a_ticket(desk: Desk, asked: Ticket) -> None:
    made = offer(desk, asked)
    made.pk = None
    with pytest.raises(IntegrityError, match="offer_one_open"), transaction.atomic():
        made.save(force_insert=True)
    with pytest.raises(IntegrityError, match="offer_pays_something"), transaction.atomic():
        Offer.objects.update(service_fee=D("198.00"))
    with pytest.raises(IntegrityError, match="offer_open_has_no_answer"), transaction.atomic():
        Offer.objects.update(answered_at=NOW)
    withdrawn = services.withdraw(asked, actor=desk.buyer, now=NOW)
    with pytest.raises(IntegrityError, match="ticket_offer_waits_in_its_states"), transaction.atomic():
        Ticket.objects.filter(pk=withdrawn.pk).update(offered_at=NOW)


# --- at the inspection ---------------------------------------------------------------------------------


def under_way(desk: Desk) -> Ticket:
    return desk.ship_back(desk.approve(desk.apply(desk.world.delivered(lines=[("A", "30.00", 2)]))))


def counted(ticket: Ticket, condition: str = "damaged", quantity: int = 2) -> list[dict[str, Any]]:
    return [{"line_id": ticket.lines.get().line_id, "quantity": quantity, "condition": condition}]


def test_a_yes_settles_the_inspection_with_the_count_of_the_offer(desk: Desk) -> None:
    ticket = under_way(desk)
    desk.world.sku("A", on_hand=0)
    made = offer(desk, ticket, amount=D("55.00"), units=counted(ticket, "resellable"))
    ticket = desk.pay_out(accept(desk, made))
    assert (ticket.status, ticket.refunded_amount, ticket.deduction) == ("completed", 55, 5)
    assert ticket.lines.get().received_quantity == 2
    assert desk.stock("A") == (0, 0)
    assert Stock.objects.get(sku__code="A").resellable == 2  # D-4 art. 25
    books.check(ticket.order)


def test_missing_units_are_not_offered_for(desk: Desk) -> None:
    ticket = under_way(desk)
    with pytest.raises(AmountExceeded):
        offer(desk, ticket, amount=D("30.01"), units=counted(ticket, quantity=1))
    ticket = desk.pay_out(accept(desk, offer(desk, ticket, amount=D("25.00"), units=counted(ticket, quantity=1))))
    assert (ticket.refunded_amount, ticket.deduction) == (25, 5)
    books.check(ticket.order)


def test_without_a_count_nothing_goes_to_the_stock(desk: Desk) -> None:
    ticket = under_way(desk)
    desk.world.sku("A", on_hand=0)
    ticket = accept(desk, offer(desk, ticket, amount=D("50.00")))
    assert (ticket.approved_amount, desk.stock("A")) == (50, (0, 0))


def test_no_fee_at_the_inspection_and_no_keeping_of_what_is_under_way(desk: Desk) -> None:
    for terms in ({"service_fee": D("1.00")}, {"type": "refund_only"}):
        with pytest.raises(Invalid):
            offer(desk, under_way(desk), amount=D("50.00"), **terms)


def test_before_anything_was_sent_the_buyer_keeps_the_goods(desk: Desk) -> None:
    """Money never flows before the goods, unless the buyer is to keep them."""
    ticket = desk.approve(desk.apply(desk.world.delivered(lines=[("A", "30.00", 2)])))
    with pytest.raises(Invalid):
        offer(desk, ticket, type="return_refund", amount=D("50.00"))
    ticket = accept(desk, offer(desk, ticket, amount=D("20.00")))
    assert (ticket.type, ticket.status, ticket.received_at) == ("refund_only", "pending_refund", None)
    assert desk.pay_out(ticket).refunded_amount == 20
    books.check(ticket.order)


def test_money_for_a_replacement_that_is_not_sent(desk: Desk) -> None:
    desk.world.sku("TEE", price="99.00", on_hand=5)
    asked = desk.apply(desk.world.delivered(), "exchange", "wrong_choice", quantity=1)
    ticket = desk.receive(desk.ship_back(desk.approve(asked)))
    with pytest.raises(AmountExceeded):
        offer(desk, ticket, amount=D("99.01"))
    ticket = accept(desk, offer(desk, ticket, amount=D("90.00")))
    assert (ticket.type, ticket.status, ticket.reduced) == ("refund_only", "pending_refund", True)
    assert desk.pay_out(ticket).refunded_amount == 90
    books.check(ticket.order)


def test_money_that_is_on_its_way_is_nothing_to_offer_for(desk: Desk) -> None:
    ticket = desk.receive(under_way(desk))
    with pytest.raises(IllegalTransition):
        offer(desk, ticket)


def test_what_came_meanwhile_ends_it(desk: Desk) -> None:
    ticket = under_way(desk)
    made = offer(desk, ticket, amount=D("50.00"))
    desk.ship_back(ticket, tracking_no="SF-CORRECTED")
    assert status(made) == "expired"


def test_what_was_kept_stays_claimable(desk: Desk) -> None:
    """It uses up no units."""
    asked = desk.apply(desk.world.completed(), "refund_only", "late")
    ticket = accept(desk, offer(desk, asked, type="refund_only", amount=D("150.00")))
    desk.pay_out(ticket)
    claim = desk.apply(ticket.order, "refund_only", "compensation", claimed_amount=D("48.00"))
    assert claim.requested_amount == 48
    with pytest.raises(NotEligible):
        desk.apply(ticket.order, "refund_only", "compensation", claimed_amount=D("0.01"))


def test_a_late_yes_is_judged_by_what_is_left(desk: Desk) -> None:
    """Another claim took the money meanwhile: 422, and the offer is still there to be replaced."""
    order = desk.world.delivered()
    claim = desk.apply(order, "refund_only", "compensation", claimed_amount=D("10.00"))
    made = offer(desk, claim, amount=D("198.00"))
    desk.apply(order, "refund_only", "compensation", claimed_amount=D("100.00"))
    with pytest.raises(AmountExceeded):
        services.accept_offer(claim, offer=made.pk, actor=desk.buyer, now=NOW)
    assert status(made) == "open"


def test_days_do_not_wear_it_out(desk: Desk) -> None:
    claim = desk.apply(desk.world.delivered(), "refund_only", "compensation", claimed_amount=D("10.00"))
    made = offer(desk, claim, amount=D("8.00"))
    later = NOW + timedelta(days=30)
    assert services.accept_offer(claim, offer=made.pk, actor=desk.buyer, now=later).approved_amount == 8
