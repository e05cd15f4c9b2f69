"""Less money on a note, and the buyer who objects (B-13): a claim of the rest, for a manager, then for support."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from aftersales import services
from aftersales.models import NotedConsent, Ticket
from aftersales.services.deadlines import fire
from kernel.actors import Actor
from kernel.errors import Conflict, Forbidden, IllegalTransition, Invalid
from orders.models import OrderLine
from tests.desk import Desk
from tests.world import DAY, NOW, SECOND, World

from . import books

pytestmark = pytest.mark.django_db
D = Decimal
FEE: dict[str, Any] = {"service_fee": D("8.00"), "service_fee_consent": True, "note": "On the phone"}


@pytest.fixture
def desk(world: World) -> Desk:
    world.revise_policy(consent="note")
    return Desk(world)


@pytest.fixture
def lowered(desk: Desk) -> Ticket:
    """198.00 asked for, 190.00 paid."""
    return desk.pay_out(desk.approve(desk.apply(desk.world.completed(), "refund_only", "late"), **FEE))


def objected(desk: Desk, ticket: Ticket, now: datetime = NOW) -> Ticket:
    services.object_to(ticket, note="Nobody called me", actor=desk.buyer, now=now)
    claim = NotedConsent.objects.get(ticket_id=ticket.pk).claim
    assert claim is not None
    return claim


def test_what_was_kept_is_claimed_as_a_ticket_of_its_own(desk: Desk, lowered: Ticket) -> None:
    claim = objected(desk, lowered)
    assert (claim.type, claim.status, claim.claimed_amount) == ("refund_only", "pending_review", 8)
    assert (claim.alerts, claim.objection, claim.due_action) == (["objection"], True, "overdue")
    assert [row.action for row in claim.history()] == ["apply"]
    told = lowered.history().latest("sequence")
    assert (told.action, told.actor_kind, told.data) == ("object", "buyer", {"claim": claim.ticket_no})
    assert Ticket.objects.get(pk=lowered.pk).status == "completed"
    books.check(lowered.order)


def test_a_manager_pays_it(desk: Desk, lowered: Ticket) -> None:
    claim = desk.pay_out(desk.approve(objected(desk, lowered)))
    assert (claim.status, claim.refunded_amount) == ("completed", 8)
    books.check(lowered.order)


def test_an_agent_does_not_decide(desk: Desk, lowered: Ticket) -> None:
    claim = objected(desk, lowered)
    by: dict[str, Any] = {"actor": desk.agent, "now": NOW}
    with pytest.raises(Forbidden):
        services.approve(claim, **by)
    with pytest.raises(Forbidden):
        services.reject(claim, reason="No", **by)
    with pytest.raises(Forbidden):
        services.offer(claim, note="Half of it", amount=D("4.00"), **by)


def test_what_a_manager_rejects_waits_for_support_and_never_ends_by_a_clock(desk: Desk, lowered: Ticket) -> None:
    claim = services.reject(objected(desk, lowered), reason="They agreed", actor=desk.merchant, now=NOW)
    assert (claim.due_action, OrderLine.objects.get().failed_applications) == ("overdue", 0)
    assert fire(claim.pk, "overdue", now=claim.due_at)
    claim = Ticket.objects.get(pk=claim.pk)
    assert claim.status == "rejected"
    claim = services.rule_objection(claim, pay=True, note="Unproven", actor=desk.support, now=NOW)
    assert desk.pay_out(claim).refunded_amount == 8
    books.check(lowered.order)


def test_support_may_end_it(desk: Desk, lowered: Ticket) -> None:
    claim = services.reject(objected(desk, lowered), reason="They agreed", actor=desk.merchant, now=NOW)
    claim = services.rule_objection(claim, pay=False, note="The call was recorded", actor=desk.support, now=NOW)
    assert (claim.status, claim.due_at) == ("closed", None)
    books.check(lowered.order)


def test_what_no_manager_decides_in_time_is_for_support(desk: Desk, lowered: Ticket) -> None:
    claim = objected(desk, lowered)
    rule: dict[str, Any] = {"pay": False, "note": "-", "actor": desk.support}
    due = Ticket.objects.get(pk=claim.pk).due_at
    assert due is not None
    with pytest.raises(IllegalTransition):  # the manager still has their time
        services.rule_objection(claim, **rule, now=due - SECOND)
    assert fire(claim.pk, "overdue", now=due)
    assert services.rule_objection(claim, **rule, now=due).status == "closed"
    books.check(lowered.order)


def test_above_a_thousand_a_supervisor_rules(desk: Desk) -> None:
    order = desk.world.completed(lines=[("A", "3000.00", 1)])
    less = {"refund_amount": D("1000.00"), "refund_amount_consent": True, "note": "chat"}
    ticket = desk.pay_out(desk.approve(desk.apply(order, "refund_only", "late"), **less))
    claim = services.reject(objected(desk, ticket), reason="No", actor=desk.merchant, now=NOW)
    rule: dict[str, Any] = {"pay": True, "note": "-", "now": NOW}
    with pytest.raises(Forbidden):
        services.rule_objection(claim, **rule, actor=desk.support)
    assert services.rule_objection(claim, **rule, actor=desk.world.actor("song")).approved_amount == 2000


@pytest.mark.parametrize(("after", "possible"), [(7 * DAY - SECOND, True), (7 * DAY, False), (7 * DAY + SECOND, False)])
def test_seven_days_from_the_payment(
    desk: Desk, lowered: Ticket, after: Any, possible: bool, time_machine: Any
) -> None:
    paid = lowered.completed_at
    assert paid is not None
    time_machine.move_to(paid + after, tick=False)
    assert ("object" in services.allowed_actions(lowered, desk.buyer, now=paid + after)) == possible
    if possible:
        assert objected(desk, lowered, now=paid + after).claimed_amount == 8
    else:
        with pytest.raises(IllegalTransition):
            objected(desk, lowered, now=paid + after)


def test_once_and_with_a_word(desk: Desk, lowered: Ticket) -> None:
    with pytest.raises(Invalid):
        services.object_to(lowered, note=" ", actor=desk.buyer, now=NOW)
    objected(desk, lowered)
    with pytest.raises(IllegalTransition):
        objected(desk, lowered)


def test_only_the_buyer(desk: Desk, lowered: Ticket) -> None:
    for actor in (desk.merchant, desk.support, Actor("clock", "clock")):
        with pytest.raises(Forbidden):
            services.object_to(lowered, note="-", actor=actor, now=NOW)


def test_who_accepted_an_offer_has_nothing_to_object_to(desk: Desk) -> None:
    ticket = desk.apply(desk.world.completed(), "refund_only", "late")
    services.offer(ticket, amount=D("100.00"), note="-", actor=desk.merchant, now=NOW)
    made = ticket.offers.get()
    ticket = desk.pay_out(services.accept_offer(ticket, offer=made.pk, actor=desk.buyer, now=NOW))
    assert (ticket.noted_at, NotedConsent.objects.count()) == (None, 0)
    with pytest.raises(IllegalTransition):
        services.object_to(ticket, note="-", actor=desk.buyer, now=NOW)


def test_of_a_return_as_far_as_the_goods_arrived(desk: Desk) -> None:
    """8.00 were kept of two units; of one that arrived 4.00, and 5.00 more at the inspection."""
    ticket = desk.ship_back(desk.approve(desk.apply(desk.world.delivered()), **FEE))
    with pytest.raises(IllegalTransition):  # nothing was paid yet
        services.object_to(ticket, note="-", actor=desk.buyer, now=NOW)
    one = [{"line_id": ticket.lines.get().line_id, "quantity": 1, "condition": "damaged"}]
    ticket = desk.receive(ticket, one, deduction=D("5.00"), deduction_consent=True, note="Scratched")
    assert NotedConsent.objects.get().amount == 9
    claim = objected(desk, desk.pay_out(ticket))
    assert claim.requested_amount == 9
    books.check(ticket.order)


def test_nothing_is_left_where_it_was_claimed_already(desk: Desk, lowered: Ticket) -> None:
    desk.apply(lowered.order, "refund_only", "compensation", claimed_amount=D("8.00"))
    with pytest.raises(Conflict):
        objected(desk, lowered)


def test_the_buyer_may_take_it_back(desk: Desk, lowered: Ticket) -> None:
    claim = services.withdraw(objected(desk, lowered), actor=desk.buyer, now=NOW)
    assert (claim.status, OrderLine.objects.get().failed_applications) == ("cancelled", 0)
    books.check(lowered.order)
