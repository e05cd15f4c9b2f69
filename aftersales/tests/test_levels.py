"""An agent of level `simple` (S-161): every verb × level, what is a simple case, and what the pages and the API say."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from accounts import services as accounts
from accounts.access import member_actor
from accounts.models import Membership, User
from aftersales import services
from aftersales.models import Given, Ticket
from aftersales.services.actions import ENDPOINTS, allowed_actions, may_apply_for_buyer
from kernel.actors import MERCHANT, Actor
from kernel.errors import Forbidden, NotSimple
from kernel.machine import Stateful, allowed_actors, transition_names
from kernel.models import Change
from logistics import services as logistics
from orders import services as orders
from orders.models import Order, Stock
from tests.browser import Sit, listing, page, text
from tests.desk import Desk
from tests.undone import undone
from tests.world import NOW, World

from .desk_api import TICKETS, ApiDesk, code
from .test_verbs import STATES, VERBS, WAYBILL

pytestmark = pytest.mark.django_db
D = Decimal
MERCHANTS = sorted(verb for verb in VERBS if MERCHANT in allowed_actors(Ticket, verb))
OPEN_TO_ALL = {"take", "hand_over"}


@pytest.fixture
def desk(world: World) -> Desk:
    Membership.objects.filter(user=world.wen).update(level="simple")
    return Desk(world)


def simple(world: World) -> Actor:
    actor = member_actor(User.objects.get(username="wen"), world.lantern.pk)
    assert actor is not None
    return actor


def packed(desk: Desk, price: str = "99.00", quantity: int = 1) -> Order:
    """Not shipped, but already packed: its refund waits for a decision (B-01)."""
    order = desk.world.place_order(lines=[("TEE", price, quantity)])
    return orders.pack(order, actor=desk.merchant, now=NOW)


def unshipped(desk: Desk, price: str = "99.00") -> Ticket:
    ticket = desk.apply(packed(desk, price), "refund_only", "dont_want")
    assert ticket.status == "pending_review"
    return ticket


def refused(deed: Callable[[], Any]) -> dict[str, Any]:
    with undone(), pytest.raises(Forbidden) as answer:
        deed()
    return dict(answer.value.details)


# --- verb × level -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", STATES)
def test_every_verb_but_working_on_it_is_refused(desk: Desk, world: World, state: str) -> None:
    """Of a case that is not simple: 403 whatever the state, with the way out, and nothing changed. At level `full` the
    same person gets no such answer."""
    ticket, wen = STATES[state](desk), simple(world)
    by: dict[str, Any] = {"actor": wen, "now": NOW}
    for verb in MERCHANTS:
        if verb in OPEN_TO_ALL:
            continue
        details = refused(lambda verb=verb: VERBS[verb](desk, ticket, by))  # type: ignore[misc]
        assert details == {"level": "simple", "offer": "hand-over", "allowed": ["hand-over"]}, verb
    assert set(allowed_actions(ticket, wen, now=NOW)) <= {"take", "hand-over"}
    assert set(allowed_actions(ticket, desk.agent, now=NOW)) >= set(allowed_actions(ticket, wen, now=NOW))


def test_all_verbs_of_the_merchant_are_in_the_matrix() -> None:
    theirs = {verb for verb in ENDPOINTS if MERCHANT in allowed_actors(Ticket, verb)}
    assert theirs <= set(MERCHANTS)


@pytest.mark.parametrize("model", [model for model in apps.get_models() if issubclass(model, Stateful)])
def test_the_machines_list_what_is_simple(model: type[Stateful]) -> None:
    """A new transition is closed to level `simple` until somebody lists it here and in the machine."""
    listed = {
        "Ticket": {"apply", "approve", "take", "hand_over", "settle"},
        "Refund": {"create"},
        "Payable": {"create"},
    }
    assert listed.get(model.__name__, set()) == model.SIMPLE
    assert {*transition_names(model), "apply", "create"} >= model.SIMPLE


# --- what is a simple case --------------------------------------------------------------------------------


def test_a_refund_of_goods_that_have_not_left_is_approved_alone(desk: Desk, world: World) -> None:
    ticket = unshipped(desk)
    assert allowed_actions(ticket, simple(world), now=NOW) == ["approve", "take", "hand-over"]
    done = services.approve(ticket, actor=simple(world), now=NOW)
    assert (done.status, done.approved_amount) == ("pending_refund", D("99.00"))
    assert Given.objects.get(ticket=ticket).amount == D("99.00")


@pytest.mark.parametrize(("price", "possible"), [("199.99", True), ("200.00", True), ("200.01", False)])
def test_up_to_the_limit(desk: Desk, world: World, price: str, possible: bool) -> None:
    ticket = unshipped(desk, price)
    if possible:
        assert services.approve(ticket, actor=simple(world), now=NOW).status == "pending_refund"
    else:
        assert refused(lambda: services.approve(ticket, actor=simple(world), now=NOW))["limit"] == "200.00"


def test_what_left_or_is_a_claim_is_not_simple(desk: Desk, world: World) -> None:
    shipped = desk.apply(world.shipped(), "refund_only", "not_received")
    received = desk.apply(world.delivered(), "refund_only", "compensation", claimed_amount=D(1), received=True)
    for ticket in (shipped, received):
        with undone(), pytest.raises(Forbidden) as answer:
            services.approve(ticket, actor=simple(world), now=NOW)
        assert answer.value.details["level"] == "simple"


def test_on_the_buyers_behalf_only_what_has_not_left(desk: Desk, world: World) -> None:
    paid, delivered = world.place_order(), world.delivered()
    assert [may_apply_for_buyer(order, simple(world)) for order in (paid, delivered)] == [True, False]
    with undone(), pytest.raises(NotSimple):
        services.apply(
            delivered,
            desk.application(delivered, "return_refund", "no_reason", evidence=()),
            actor=simple(world),
            now=NOW,
        )
    at_once = services.apply(
        paid, desk.application(paid, "refund_only", "dont_want", evidence=()), actor=simple(world), now=NOW
    )
    assert at_once.status == "pending_refund"
    assert not Ticket.objects.filter(order=delivered).exists()


def test_remarks_and_messages_are_theirs(desk: Desk, world: World) -> None:
    ticket = desk.apply(world.delivered())
    services.post_message(ticket, text="We look into it.", actor=simple(world), now=NOW)
    orders.add_note(ticket.order, text="New address: Dock 2", flag="red", actor=simple(world), now=NOW)
    assert ticket.order.notes.filter(text="New address: Dock 2").exists()
    assert services.take(ticket, actor=simple(world), now=NOW).assignee_id == world.wen.pk
    handed = services.hand_over(ticket, to="mei", note="A return", actor=simple(world), now=NOW)
    assert handed.assignee_id == world.mei.pk


# --- the order, its parcels -------------------------------------------------------------------------------


def test_nothing_else_of_an_order(desk: Desk, world: World) -> None:
    """Neither packing nor shipping nor closing; the address in full is for who ships."""
    paid, unpaid = world.place_order(), world.place_order(paid=False)
    shipped = logistics.ship(world.place_order(), **WAYBILL, actor=desk.merchant, now=NOW)
    by: dict[str, Any] = {"actor": simple(world), "now": NOW}
    deeds: list[Callable[[], Any]] = [
        lambda: orders.pack(paid, **by),
        lambda: logistics.ship(paid, **WAYBILL, **by),
        lambda: orders.show_receiver(paid, **by),
        lambda: services.deliver(shipped, **by),
        lambda: orders.extend_receipt(shipped, days=3, reason="Late", **by),
        lambda: orders.close(unpaid, reason="Unpaid", **by),
        lambda: logistics.report(shipped.parcels.get(), status="lost", **by),
    ]
    for deed in deeds:
        assert refused(deed) == {"level": "simple"}
    for order in (paid, shipped, unpaid):
        assert orders.allowed_actions(order, simple(world)) == []
    assert Stock.objects.count() == 0


# --- setting it -------------------------------------------------------------------------------------------


def test_a_manager_sets_it_and_the_change_is_kept(world: World, sit: Sit) -> None:
    member, mei = Membership.objects.get(user=world.wen), sit("mei")
    shown = text(mei.get(page(member)))
    assert "is for pre-sales agents" in shown
    entry = {"role": "agent", "level": "simple", "review_limit": "200.00"}
    assert mei.post(page(member), entry).status_code == 302
    member.refresh_from_db()
    assert member.level == "simple"
    assert Change.objects.get(subject="member").fields == {"level": ["full", "simple"]}
    assert "simple cases only" in text(mei.get("/admin/changes/?about=member"))
    assert "simple cases only" in text(mei.get(listing(Membership)))
    # Another form, or a program, that does not name it leaves it as it is; another role than agent has none.
    by: dict[str, Any] = {"actor": world.actor("mei"), "now": NOW}
    assert accounts.set_member(world.lantern, world.wen, role="agent", review_limit=D(5), **by).level == "simple"
    assert accounts.set_member(world.lantern, world.wen, role="manager", review_limit=None, **by).level == "full"
    assert not world.actor("mei").simple


def test_the_database_knows_no_simple_manager(world: World) -> None:
    for values in ({"level": "simple"}, {"level": "odd"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.filter(user=world.mei).update(**values)


# --- over HTTP and at the desk ----------------------------------------------------------------------------


def test_over_http(apidesk: ApiDesk, world: World) -> None:
    Membership.objects.filter(user=world.wen).update(level="simple")
    ticket = apidesk.apply(world.delivered())
    seen = apidesk.get("wen", ticket)
    assert seen["allowed_actions"] == ["take", "hand-over"]
    answer = apidesk.post("wen", ticket, "approve", {})
    assert code(answer) == (403, "forbidden")
    assert "only handle simple cases" in answer.json()["message"]
    assert answer.json()["details"] == {"level": "simple", "offer": "hand-over", "allowed": ["hand-over"]}
    assert code(apidesk.post("wen", ticket, "prove-arrival", {"evidence": []})) in (
        (403, "forbidden"),
        (400, "invalid"),
    )
    mine = apidesk.api("wen").get("/api/v1/memberships/").json()[0]
    assert (mine["level"], mine["level_label"]) == ("simple", "simple cases only")
    assert apidesk.api("wen").get(TICKETS).json()["results"][0]["allowed_actions"] == ["take", "hand-over"]


def test_the_page_says_it_before_the_click(desk: Desk, world: World, sit: Sit) -> None:
    ticket, wen = desk.apply(world.delivered()), sit("wen")
    shown = text(wen.get(page(ticket)))
    assert "You only handle simple cases" in shown
    assert f'href="{page(ticket, "hand_over")}"' in shown
    assert 'id="do-reject"' not in shown
    assert wen.post(page(ticket, "reject"), {"reason": "No", "version": ticket.version}).status_code == 403
    assert "You only handle simple cases" not in text(wen.get(page(unshipped(desk))))
