"""A limit holds for a person, on one order, in all, by whichever action (B-14, S-044, S-161). `wen`: 200.00."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.access import member_actor
from accounts.models import Membership, User
from aftersales import services
from aftersales.models import Given, Ticket
from aftersales.rules.application import Application, LineRequest
from aftersales.selectors.foreseen import foreseen
from aftersales.services.deadlines import fire
from kernel.actors import COURIER, Actor
from kernel.errors import DomainError, Forbidden
from logistics import services as logistics
from logistics.models import ParcelLine
from orders.models import Order
from refunds.models import Refund
from tests.desk import Desk
from tests.undone import undone
from tests.world import DAY, NOW, World

from .desk_api import TICKETS, ApiDesk
from .test_verbs import STATES, VERBS

pytestmark = pytest.mark.django_db
D = Decimal
WAYBILL: dict[str, Any] = {"courier": "sf", "tracking_no": "SF2"}


@pytest.fixture
def desk(world: World) -> Desk:
    for code, price in (("TEE", "99.00"), ("BIG", "250.00"), ("CAP", "40.00")):
        world.sku(code, price=price, on_hand=50)
    return Desk(world)


def bought(desk: Desk, price: str = "99.00", quantity: int = 5, sku: str = "TEE") -> Order:
    return desk.world.delivered(lines=[(sku, price, quantity)])


def claim(desk: Desk, order: Order, amount: str, by: Actor | None = None) -> Ticket:
    application = Application(
        "refund_only", "compensation", (LineRequest(order.lines.get().pk, 1),), claimed_amount=D(amount), received=True
    )
    return services.apply(order, application, actor=by or desk.buyer, now=NOW)


def approve(desk: Desk, ticket: Ticket, by: Actor | None = None, **more: Any) -> Ticket:
    return services.approve(ticket, actor=by or desk.agent, now=NOW, **more)


def refused(desk: Desk, deed: Callable[[], Any]) -> dict[str, Any]:
    with undone(), pytest.raises(Forbidden) as answer:
        deed()
    assert answer.value.details["offer"] == "hand-over"
    return answer.value.details


def lost(desk: Desk, ticket: Ticket) -> Ticket:
    assert ticket.replacement_parcel is not None
    logistics.report(ticket.replacement_parcel, status="lost", actor=COURIER, now=NOW)
    return Ticket.objects.get(pk=ticket.pk)


# --- money ------------------------------------------------------------------------------------------------


def test_claims_in_parts_add_up(desk: Desk) -> None:
    order = bought(desk)
    approve(desk, claim(desk, order, "150.00"))
    second = claim(desk, order, "50.01")
    assert refused(desk, lambda: approve(desk, second))["amount"] == "200.01"
    services.withdraw(second, actor=desk.buyer, now=NOW)
    approve(desk, claim(desk, order, "50.00"))
    refused(desk, lambda: approve(desk, claim(desk, order, "0.01")))
    assert sorted(Given.objects.values_list("amount", flat=True)) == [D("50.00"), D("150.00")]


def test_another_order_and_another_person_have_their_own(desk: Desk, world: World) -> None:
    order = bought(desk)
    approve(desk, claim(desk, order, "200.00"))
    approve(desk, claim(desk, bought(desk), "200.00"))
    Membership.objects.create(shop=world.lantern, user=world.eve, role="agent", review_limit=D(60), accepted_at=NOW)
    approve(desk, claim(desk, order, "60.00"), world.actor("eve"))
    approve(desk, claim(desk, order, "100.00"), desk.merchant)


def test_one_ticket_counts_once_and_what_came_to_nothing_not_at_all(desk: Desk) -> None:
    order = bought(desk)
    ticket = approve(desk, desk.apply(order, quantity=2))  # 198.00
    back = desk.ship_back(ticket)
    units = [{"line_id": order.lines.get().pk, "quantity": 1, "condition": "as_new"}]
    services.receive(back, units=units, actor=desk.agent, now=NOW)  # only 99.00 came, and is paid
    ticket = approve(desk, desk.apply(order, quantity=1))
    refused(desk, lambda: approve(desk, claim(desk, order, "10.00")))
    services.withdraw(ticket, actor=desk.buyer, now=NOW)
    approve(desk, claim(desk, order, "10.00"))


def test_receiving_decides_what_another_approved(desk: Desk) -> None:
    ticket = desk.ship_back(approve(desk, desk.apply(bought(desk), quantity=3), desk.merchant))
    refused(desk, lambda: VERBS["receive"](desk, ticket, {"actor": desk.agent, "now": NOW}))
    VERBS["receive"](desk, ticket, {"actor": desk.merchant, "now": NOW})


def unshipped(desk: Desk, order: Order, quantity: int, by: Actor) -> Ticket:
    line = order.lines.get()
    return services.apply(
        order, Application("refund_only", "dont_want", (LineRequest(line.pk, quantity),)), actor=by, now=NOW
    )


def test_a_refund_on_behalf_that_is_paid_at_once(desk: Desk, world: World) -> None:
    order = world.place_order(lines=[("TEE", "100.00", 50)])
    refused(desk, lambda: unshipped(desk, order, 50, desk.agent))
    assert not Ticket.objects.exists()
    unshipped(desk, order, 1, desk.agent)
    unshipped(desk, order, 1, desk.agent)
    refused(desk, lambda: unshipped(desk, order, 1, desk.agent))
    assert unshipped(desk, order, 1, desk.buyer).status == "pending_refund"  # the buyer's own needs nobody
    assert unshipped(desk, order, 47, desk.merchant).status == "pending_refund"
    assert sum(Refund.objects.values_list("amount", flat=True)) == D("5000.00")


def test_converting(desk: Desk) -> None:
    ticket = approve(desk, desk.apply(bought(desk), "exchange", "quality", quantity=3))
    refused(desk, lambda: services.convert(ticket, to="refund_only", actor=desk.agent, now=NOW))
    small = approve(desk, desk.apply(bought(desk), "exchange", "quality", quantity=2))
    services.convert(small, to="refund_only", actor=desk.agent, now=NOW)


# --- goods ------------------------------------------------------------------------------------------------


def test_a_cheaper_exchange_gives_the_difference_away(desk: Desk) -> None:
    order = bought(desk, "250.00", 1, "BIG")
    ticket = desk.apply(order, "exchange", "wrong_choice", exchange_sku="CAP")
    assert refused(desk, lambda: approve(desk, ticket))["amount"] == "210.00"
    ticket = desk.receive(desk.ship_back(approve(desk, ticket, desk.merchant)))
    refused(desk, lambda: services.reship(ticket, **WAYBILL, actor=desk.agent, now=NOW))
    assert not Refund.objects.exists()


def test_a_dearer_one_for_nothing_gives_the_goods_away(desk: Desk, world: World) -> None:
    world.sku("CAP-XL", title="Cap", price="250.00", on_hand=5)
    ticket = desk.apply(bought(desk, "40.00", 1, "CAP"), "exchange", "quality", exchange_sku="CAP-XL")
    assert ticket.price_difference == 0
    assert refused(desk, lambda: approve(desk, ticket))["amount"] == "210.00"


def test_an_even_exchange_gives_nothing_away(desk: Desk) -> None:
    ticket = approve(desk, desk.apply(bought(desk), "exchange", "quality"))
    ticket = desk.ship_back(ticket)
    ticket = VERBS["receive"](desk, ticket, {"actor": desk.agent, "now": NOW})
    services.reship(ticket, **WAYBILL, actor=desk.agent, now=NOW)
    assert Given.objects.get().amount == 0


def test_goods_before_the_old_ones_are_back(desk: Desk) -> None:
    ticket = desk.ship_back(approve(desk, desk.apply(bought(desk), "exchange", "quality", quantity=3)))
    ahead: dict[str, Any] = {"advance": True, "note": "urgent"}
    refused(desk, lambda: services.reship(ticket, **WAYBILL, **ahead, actor=desk.agent, now=NOW))
    two = desk.ship_back(approve(desk, desk.apply(bought(desk), "exchange", "quality", quantity=2)))
    services.reship(two, **WAYBILL, **ahead, actor=desk.agent, now=NOW)
    assert Given.objects.get(ticket=two).amount == D("198.00")


def test_goods_that_stay_with_the_buyer(desk: Desk) -> None:
    ticket = desk.apply(bought(desk), "exchange", "quality", quantity=3)
    refused(desk, lambda: approve(desk, ticket, returnless=True))
    approve(desk, ticket)


def test_a_reissue_and_the_same_once_more(desk: Desk) -> None:
    order = bought(desk)
    refused(desk, lambda: approve(desk, desk.apply(order, "reissue", "missing", quantity=3)))
    ticket = approve(desk, desk.apply(order, "reissue", "missing", quantity=1))
    ticket = lost(desk, services.reship(ticket, **WAYBILL, actor=desk.agent, now=NOW))
    assert Given.objects.get().amount == D("99.00")
    ticket = lost(desk, services.reship(ticket, **WAYBILL, actor=desk.agent, now=NOW))
    assert Given.objects.get().amount == D("198.00")
    refused(desk, lambda: services.reship(ticket, **WAYBILL, actor=desk.agent, now=NOW))
    refused(desk, lambda: services.convert(ticket, to="refund_only", actor=desk.agent, now=NOW))
    services.convert(ticket, to="refund_only", actor=desk.merchant, now=NOW)


def test_money_beside_goods_that_were_lost(desk: Desk) -> None:
    order = bought(desk, "120.00", 1)
    ticket = approve(desk, desk.apply(order, "reissue", "missing"))
    ticket = lost(desk, services.reship(ticket, **WAYBILL, actor=desk.agent, now=NOW))
    assert refused(desk, lambda: services.convert(ticket, to="refund_only", actor=desk.agent, now=NOW))["amount"] == (
        "240.00"
    )


# --- one's own --------------------------------------------------------------------------------------------


def test_nobody_with_a_limit_approves_what_they_applied_for(desk: Desk) -> None:
    ticket = claim(desk, bought(desk), "10.00", by=desk.agent)
    assert ticket.applied_by_id == desk.agent.user_id
    refused(desk, lambda: approve(desk, ticket))
    assert "approve" not in services.allowed_actions(ticket, desk.agent, now=NOW)
    assert "approve" in services.allowed_actions(ticket, desk.merchant, now=NOW)
    approve(desk, ticket, desk.merchant)


def test_the_clock_is_no_second_person(desk: Desk) -> None:
    order = bought(desk)
    photos = (desk.photo(desk.agent.user_id),)
    application = desk.application(order, "return_refund", "other", quantity=1, evidence=photos)
    ticket = services.apply(order, application, actor=desk.agent, now=NOW)
    assert ticket.due_action == "overdue"
    assert fire(ticket.pk, "overdue", now=NOW + 3 * DAY)
    assert Ticket.objects.get(pk=ticket.pk).status == "pending_review"
    assert desk.apply(bought(desk), reason="other").due_action == "approve"


def test_what_the_buyer_changed_is_the_buyers(desk: Desk) -> None:
    order = bought(desk)
    ticket = claim(desk, order, "10.00", by=desk.agent)
    ticket = services.amend(ticket, desk.application(order, "return_refund", "quality", quantity=1), actor=desk.buyer,
                            now=NOW)  # fmt: skip
    assert approve(desk, ticket).status == "pending_return"


def test_a_manager_may_approve_their_own(desk: Desk) -> None:
    approve(desk, claim(desk, bought(desk), "300.00", by=desk.merchant), desk.merchant)


# --- who has which ----------------------------------------------------------------------------------------


def test_an_empty_limit_is_zero(desk: Desk, world: World) -> None:
    Membership.objects.filter(user=world.wen).update(review_limit=None)
    nobody = member_actor(User.objects.get(pk=world.wen.pk), world.lantern.pk)
    assert nobody is not None
    assert nobody.limit == 0
    ticket = claim(desk, bought(desk), "0.01")
    assert refused(desk, lambda: approve(desk, ticket, nobody))["limit"] == "0"
    services.reject(ticket, reason="No", actor=nobody, now=NOW)


def test_over_http_the_refusal_names_the_limit_and_the_way(apidesk: ApiDesk, world: World) -> None:
    order = world.delivered(lines=[("TEE", "250.00", 1)])
    ticket = apidesk.apply(order, reason="quality", evidence=[apidesk.photo()])
    answer = apidesk.post("wen", ticket, "approve", {})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert "above your limit of 200.00" in answer.json()["message"]
    details = answer.json()["details"]
    assert (details["limit"], details["amount"], details["offer"]) == ("200.00", "250.00", "hand-over")
    assert details["allowed"] == ["hand-over"]
    body = apidesk.body(world.place_order(lines=[("TEE", "5000.00", 1)]), "refund_only", "dont_want")
    assert apidesk.api("wen").post(TICKETS, body).status_code == 403
    assert not Refund.objects.exists()


# --- every action -----------------------------------------------------------------------------------------

MORE_STATES: dict[str, Callable[[Desk], Ticket]] = {
    "a claim": lambda desk: claim(desk, bought(desk), "10.00"),
    "a refund of goods": lambda desk: desk.apply(bought(desk), "refund_only", "compensation", quantity=1),
    "a cheaper exchange": lambda desk: desk.receive(
        desk.ship_back(desk.approve(desk.apply(bought(desk), "exchange", "wrong_choice", exchange_sku="CAP")))
    ),
    "a reissue": lambda desk: desk.apply(bought(desk), "reissue", "missing", quantity=1),
}


def owed() -> Decimal:
    return sum(Refund.objects.values_list("amount", flat=True), D(0))


@pytest.mark.parametrize("state", [*STATES, *MORE_STATES])
def test_whatever_pays_is_refused_to_who_may_give_nothing(desk: Desk, state: str) -> None:
    """Generated over all verbs, so that a new one that pays cannot be forgotten."""
    ticket = Ticket.objects.get(pk=(STATES | MORE_STATES)[state](desk).pk)
    nothing = Actor("merchant", "Wen", desk.agent.user_id, "agent", D(0))
    for call in VERBS.values():
        with undone():
            before = owed()
            try:
                call(desk, ticket, {"actor": desk.merchant, "now": NOW})
            except DomainError:
                continue
            paid = owed() - before
        if paid > 0:
            refused(desk, partial(call, desk, ticket, {"actor": nothing, "now": NOW}))


# --- whatever they do -------------------------------------------------------------------------------------

# What is done → the verb of the machine that has to be possible for it.
ACTS = {
    "approve": "approve", "approve for": "approve", "ship back": "ship_back", "receive": "receive", "reship": "reship",
    "lose": "lose_replacement", "convert": "convert", "reject": "reject", "offer": "offer",
    "accept offer": "accept_offer", "hand over": "hand_over",
}  # fmt: skip
KINDS = ("claim", "refund_only", "return_refund", "exchange", "reissue", "own claim", "own refund")


def applied(desk: Desk, order: Order, kind: str, units: int, amount: Decimal) -> Ticket:
    line = LineRequest(order.lines.get().pk, units, "CAP" if kind == "exchange" else "")
    by = desk.agent if kind.startswith("own") else desk.buyer
    photo = () if by is desk.agent else (desk.photo(),)
    if kind.endswith("claim"):
        wanted = Application("refund_only", "compensation", (line,), claimed_amount=amount, received=True)
    else:
        type_ = "refund_only" if kind == "own refund" else kind
        reason = {"exchange": "wrong_choice", "reissue": "missing", "return_refund": "quality"}.get(type_, "dont_want")
        wanted = Application(type_, reason, (line,), evidence=photo)
    return services.apply(order, wanted, actor=by, now=NOW)


def act(desk: Desk, ticket: Ticket, verb: str, amount: Decimal) -> Any:
    by: dict[str, Any] = {"actor": desk.agent, "now": NOW}
    if verb == "approve for":
        return services.approve(ticket, refund_amount=amount, refund_amount_consent=True, note="agreed", **by)
    if verb == "offer":
        return services.offer(ticket, amount=amount, note="Take this", **by)
    if verb == "accept offer":
        return VERBS["accept_offer"](desk, ticket, {"actor": desk.buyer, "now": NOW})
    if verb == "hand over":
        return services.hand_over(ticket, to="mei", note="Above my limit", **by)
    if verb == "lose":
        return lost(desk, ticket)
    if verb == "ship back":
        return desk.ship_back(ticket)
    return VERBS[verb](desk, ticket, by)


GIVING = ("approve", "approve for", "receive", "reship", "convert", "accept offer")


def given_away(tickets: set[int]) -> Decimal:
    """Counted from what left the shop: the refunds of these tickets, and every parcel of a reissue."""
    refunds = Refund.objects.filter(ticket_refund__ticket__in=tickets)
    parcels = ParcelLine.objects.filter(parcel__ticket_parcel__ticket__in=tickets, parcel__kind="replacement")
    sent = parcels.filter(parcel__ticket_parcel__ticket__type="reissue").values_list("quantity", flat=True)
    return sum(refunds.values_list("amount", flat=True), D(0)) + 70 * sum(sent)


AMOUNTS = ["30.00", "70.00", "100.00", "140.00", "150.00", "200.00", "200.01"]


@pytest.mark.slow
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_no_sequence_of_one_persons_actions_gives_more_than_their_limit(desk: Desk, seed: int) -> None:
    """Dice of a drawn seed: measured, drawing each step let two examples of a dozen decide twice."""
    dice = Random(seed)
    with undone():
        desk.world.revise_policy(consent="note")
        here = dice.random() < 0.8
        place, kinds = (desk.world.delivered, KINDS) if here else (desk.world.place_order, ["own refund"])
        order, tickets, decided = place(lines=[("TEE", "70.00", 8)]), list[Ticket](), set[int]()
        for _step in range(18):
            amount = D(dice.choice(AMOUNTS))
            try:
                with transaction.atomic():
                    if not tickets or dice.random() < 0.3:
                        kind = dice.choice(kinds)
                        ticket = applied(desk, order, kind, dice.randint(1, 3), amount)
                        tickets.append(ticket)
                        gave = kind.startswith("own") and ticket.status == "pending_refund"
                    else:
                        ticket = Ticket.objects.get(pk=dice.choice(tickets).pk)
                        possible = [name for name, verb in ACTS.items() if verb in ticket.allowed()]
                        verb = dice.choice(possible or ["approve"])
                        act(desk, ticket, verb, amount)
                        gave = verb in GIVING
            except (DomainError, AssertionError):
                continue
            decided |= {ticket.pk} if gave else set()
            assert given_away(decided) <= D(200)


def test_a_limit_holds_in_the_currency_of_the_shop_alone(desk: Desk, world: World) -> None:
    """200.00 yuan are no right to give 150 dollars away."""
    ticket = desk.apply(world.delivered(currency="USD", lines=[("TEE", "150.00", 1)]), "return_refund", "quality")
    assert foreseen(ticket, "approve", desk.agent) == (D(150), D(0))
    with pytest.raises(Forbidden):
        services.approve(ticket, actor=desk.agent, now=NOW)
    desk.approve(ticket)


def test_what_an_open_offer_promises_counts(desk: Desk) -> None:
    """The buyer may accept at any moment, so it is given as far as other decisions on the order are concerned."""
    order = bought(desk)
    promised = desk.apply(order, quantity=2)
    services.offer(promised, amount=D("150.00"), note="a part of it", actor=desk.agent, now=NOW)
    refused(desk, lambda: approve(desk, claim(desk, order, "50.01")))
    approve(desk, claim(desk, order, "50.00"))
