"""The same matrix through the services: who never may gets 403 whatever the state, what cannot be done now 409 with
what can, and whatever was refused has changed nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from accounts.models import Membership, Shop
from aftersales import services
from aftersales.models import Ticket
from aftersales.services.actions import allowed_actions
from aftersales.states import Status
from kernel.actors import COURIER, KINDS, Actor
from kernel.errors import DomainError, Forbidden, IllegalTransition
from kernel.machine import allowed_actors, transition_names
from logistics import couriers
from logistics import services as logistics
from logistics.couriers.kuaidi100.pickups import build
from refunds import services as refunds
from tests.desk import Desk
from tests.undone import undone
from tests.world import DAY, NOW, World

from ..rules.application import Application
from . import books

pytestmark = pytest.mark.django_db
Call = Callable[[Desk, Ticket, dict[str, Any]], Any]


def again(desk: Desk, ticket: Ticket) -> Application:
    return desk.application(ticket.order, ticket.type, ticket.reason.code, quantity=1)


def payment(ticket: Ticket) -> dict[str, Any]:
    return {"channel": "sandbox", "transaction_no": "D-1", "amount": ticket.price_difference}


def counted(ticket: Ticket) -> list[dict[str, Any]]:
    return [{"line_id": i.line_id, "quantity": i.quantity, "condition": "as_new"} for i in ticket.lines.all()]


def offered(ticket: Ticket) -> int:
    made = ticket.offers.last()
    return made.pk if made else 0


WAYBILL: dict[str, Any] = {"courier": "sf", "tracking_no": "SF1"}
PICKUP: dict[str, Any] = {
    "courier": "sf", "date": NOW.date() + DAY, "slot": "09:00-11:00", "name": "A", "phone": "1", "address": "Dock 2",
}  # fmt: skip
VERBS: dict[str, Call] = {
    "amend": lambda desk, t, by: services.amend(t, again(desk, t), **by),
    "withdraw": lambda desk, t, by: services.withdraw(t, **by),
    "approve": lambda desk, t, by: services.approve(t, **by),
    "offer": lambda desk, t, by: services.offer(t, note="For the scratch", **by),
    "accept_offer": lambda desk, t, by: services.accept_offer(t, offer=offered(t), **by),
    "decline_offer": lambda desk, t, by: services.decline_offer(t, offer=offered(t), **by),
    "object": lambda desk, t, by: services.object_to(t, note="Nobody called me", **by),
    "rule_objection": lambda desk, t, by: services.rule_objection(t, pay=True, note="Unproven", **by),
    "rule_settlement": lambda desk, t, by: services.rule_settlement(t, void=True, note="Nothing came", **by),
    "hand_over_gift": lambda desk, t, by: services.hand_over_gift(t, note="Sent by post", **by),
    "reject": lambda desk, t, by: services.reject(t, reason="No", **by),
    "pay_difference": lambda desk, t, by: services.pay_difference(t, payment=payment(t), **by),
    "ship_back": lambda desk, t, by: services.ship_back(t, **WAYBILL, **by),
    "book_pickup": lambda desk, t, by: services.book_pickup(t, **PICKUP, **by),
    "cancel_pickup": lambda desk, t, by: services.cancel_pickup(t, **by),
    "receive": lambda desk, t, by: services.receive(t, units=counted(t), **by),
    "refuse_goods": lambda desk, t, by: services.refuse_goods(t, reason="Worn", **by),
    "return_goods": lambda desk, t, by: services.return_goods(t, **WAYBILL, **by),
    "reship": lambda desk, t, by: services.reship(t, **WAYBILL, advance=True, note="urgent", **by),
    "not_arrived": lambda desk, t, by: services.not_arrived(t, note="Nothing came", **by),
    "prove_arrival": lambda desk, t, by: services.prove_arrival(t, evidence=[desk.photo(by["actor"].user_id)], **by),
    "confirm_replacement": lambda desk, t, by: services.confirm_replacement(t, **by),
    "convert": lambda desk, t, by: services.convert(t, to="return_refund", **by),
    "reopen": lambda desk, t, by: services.reopen(t, reason="Late", **by),
    "agree_on_delivery": lambda desk, t, by: services.agree_on_delivery(t, note="Kept and paid", **by),
    "take": lambda desk, t, by: services.take(t, **by),
    "hand_over": lambda desk, t, by: services.hand_over(t, to="wen", note="Above my limit", **by),
    "endorse": lambda desk, t, by: endorsed(t, **by),
    "break_glass": lambda desk, t, by: alone(t, **by),
    "review_override": lambda desk, t, by: services.review_override(t, override=overridden(t), accept=True, **by),
}


def endorsed(ticket: Ticket, **by: Any) -> Ticket:
    """In a shop that wants two people for everything."""
    Shop.objects.filter(pk=ticket.shop_id).update(second_approval_above=0)
    return services.endorse(Ticket.objects.get(pk=ticket.pk), amount=Decimal(1), **by)


def alone(ticket: Ticket, **by: Any) -> Ticket:
    """As above, where the other one cannot be reached."""
    Shop.objects.filter(pk=ticket.shop_id).update(second_approval_above=0)
    reason = "Nobody else answers, and it is late."
    return services.break_glass(Ticket.objects.get(pk=ticket.pk), amount=Decimal(1), reason=reason, **by)


def overridden(ticket: Ticket) -> int:
    row = ticket.overrides.last()
    return row.pk if row else 0


def decided_alone(desk: Desk) -> Ticket:
    """By another manager than `mei`."""
    dates = {"accepted_at": NOW - 30 * DAY, "role_since": NOW - 30 * DAY}
    Membership.objects.create(shop=desk.world.lantern, user=desk.world.eve, role="manager", **dates)
    ticket = alone(a_return(desk), actor=desk.world.actor("eve"), now=NOW)
    Shop.objects.filter(pk=ticket.shop_id).update(second_approval_above=None)
    return ticket


def exchange(desk: Desk) -> Ticket:
    desk.world.sku("TEE", price="99.00", on_hand=5)
    desk.world.sku("BIG", price="109.00", on_hand=5)
    return desk.apply(desk.world.delivered(), "exchange", "wrong_choice", quantity=1, exchange_sku="BIG")


def paid_exchange(desk: Desk) -> Ticket:
    return desk.pay_difference(desk.approve(exchange(desk)), "10.00")


def a_return(desk: Desk) -> Ticket:
    return desk.apply(desk.world.delivered(), quantity=1)


def unreasoned(desk: Desk) -> Ticket:
    return desk.apply(desk.world.delivered(), reason="no_reason", quantity=1)


@contextmanager
def couriers_that_come() -> Iterator[None]:
    """Who they are is known without asking anybody."""
    before = couriers.pickups()
    with override_settings(KUAIDI100_KEY="k", KUAIDI100_SECRET="s", KUAIDI100_SALT="a salt of sixteen"):
        couriers.connect_pickups(build(settings))
    try:
        yield
    finally:
        couriers.connect_pickups(before)


def to_be_collected(desk: Desk) -> Ticket:
    with couriers_that_come():
        return services.book_pickup(desk.approve(a_return(desk)), **PICKUP, actor=desk.buyer, now=NOW)


def lost(desk: Desk) -> Ticket:
    ticket = desk.reship(desk.receive(desk.ship_back(paid_exchange(desk))))
    assert ticket.replacement_parcel is not None
    logistics.report(ticket.replacement_parcel, status="lost", actor=COURIER, now=NOW)
    return Ticket.objects.get(pk=ticket.pk)


def missing(desk: Desk) -> Ticket:
    return services.not_arrived(STATES["reshipped"](desk), actor=desk.buyer, now=NOW)


def lowered(desk: Desk) -> Ticket:
    """8.00 less than asked for, by a note of the shop's own."""
    desk.world.revise_policy(consent="note")
    ticket = desk.apply(desk.world.completed(), "refund_only", "late")
    less = {"service_fee": Decimal(8), "service_fee_consent": True, "note": "On the phone"}
    return desk.pay_out(desk.approve(ticket, **less))


def objection(desk: Desk) -> Ticket:
    services.object_to(lowered(desk), note="Nobody called me", actor=desk.buyer, now=NOW)
    return Ticket.objects.get(objection=True)


def refused(desk: Desk) -> Ticket:
    under_way = desk.ship_back(desk.approve(a_return(desk)))
    return services.refuse_goods(under_way, reason="Worn", actor=desk.merchant, now=NOW)


def with_offer(ticket: Ticket, desk: Desk) -> Ticket:
    return services.offer(ticket, note="For the scratch", actor=desk.merchant, now=NOW)


def gift_due(desk: Desk) -> Ticket:
    ticket = desk.apply(desk.world.delivered(), "refund_only", "late")
    terms: dict[str, Any] = {"type": "gift", "amount": Decimal(8), "what": "A box of tea", "note": "Sorry"}
    services.offer(ticket, **terms, actor=desk.merchant, now=NOW)
    return services.accept_offer(ticket, offer=offered(ticket), actor=desk.buyer, now=NOW)


def settled_by_hand(desk: Desk) -> Ticket:
    """The channel refused to pay; two people of the shop and of support said that it was paid another way."""
    order = desk.world.place_order(lines=[("TEE", "99.00", 1)], payments=[("FAIL-1", "99.00")])
    ticket = desk.pay_out(desk.apply(order, "refund_only", "dont_want"))
    for name in ("mei", "song"):
        refund = ticket.refunds.select_related("payment").get()
        refunds.settle_by_hand(refund, proof="bank slip 42", actor=desk.world.actor(name), now=NOW)
    return Ticket.objects.get(pk=ticket.pk)


def delivered_after_refund(desk: Desk) -> Ticket:
    order = logistics.ship(desk.world.place_order(), **WAYBILL, actor=desk.merchant, now=NOW)
    parcel = order.parcels.get()
    logistics.report(parcel, status="lost", actor=COURIER, now=NOW)
    ticket = desk.pay_out(desk.approve(desk.apply(order, "refund_only", "not_received")))
    logistics.report(parcel, status="delivered", actor=COURIER, now=NOW)
    return Ticket.objects.get(pk=ticket.pk)


STATES: dict[str, Callable[[Desk], Ticket]] = {
    "pending_review": a_return,
    "pending_review, offered": lambda desk: with_offer(a_return(desk), desk),
    "pending_supplement": lambda desk: desk.approve(exchange(desk)),
    "pending_return": lambda desk: desk.approve(a_return(desk)),
    "pending_return, paid by the buyer": lambda desk: desk.approve(unreasoned(desk)),
    "pending_return, to be collected": lambda desk: to_be_collected(desk),
    "pending_refund, under way": lambda desk: desk.ship_back(desk.approve(a_return(desk))),
    "pending_refund, offered": lambda desk: with_offer(STATES["pending_refund, under way"](desk), desk),
    "pending_refund": lambda desk: desk.receive(desk.ship_back(desk.approve(a_return(desk)))),
    "pending_reship, under way": lambda desk: desk.ship_back(paid_exchange(desk)),
    "pending_reship": lambda desk: desk.receive(desk.ship_back(paid_exchange(desk))),
    "reshipped": lambda desk: desk.reship(desk.receive(desk.ship_back(paid_exchange(desk)))),
    "reshipped, lost": lost,
    "reshipped, not arrived": missing,
    "pending_review, decided alone": decided_alone,
    "completed, lowered on a note": lowered,
    "completed, gift to be handed over": gift_due,
    "completed, settled by hand": settled_by_hand,
    "completed, delivered after the refund": delivered_after_refund,
    "completed, settlement disputed": lambda desk: services.object_to(
        settled_by_hand(desk), note="Nothing came", actor=desk.buyer, now=NOW
    ),
    "pending_review, objection": objection,
    "rejected, objection": lambda desk: services.reject(objection(desk), reason="No", actor=desk.merchant, now=NOW),
    "completed": lambda desk: desk.pay_out(STATES["pending_refund"](desk)),
    "rejected": lambda desk: services.reject(a_return(desk), reason="No", actor=desk.merchant, now=NOW),
    "rejected, goods refused": refused,
    "cancelled": lambda desk: services.withdraw(a_return(desk), actor=desk.buyer, now=NOW),
    "closed": lambda desk: services.close(desk.approve(a_return(desk)), now=NOW),
}
POSSIBLE = {
    "pending_review": {"amend", "withdraw", "approve", "reject", "offer"},
    "pending_review, offered": {"amend", "withdraw", "approve", "reject", "offer", "accept_offer", "decline_offer"},
    "pending_supplement": {"withdraw", "pay_difference", "convert"},
    "pending_return": {"withdraw", "ship_back", "receive", "offer", "book_pickup"},
    "pending_return, paid by the buyer": {"withdraw", "ship_back", "receive", "offer"},
    "pending_return, to be collected": {"withdraw", "ship_back", "receive", "offer", "cancel_pickup"},
    "pending_refund, under way": {"ship_back", "receive", "refuse_goods", "offer"},
    "pending_refund, offered": {"ship_back", "receive", "refuse_goods", "offer", "accept_offer", "decline_offer"},
    "pending_refund": set(),
    "pending_reship, under way": {"ship_back", "receive", "refuse_goods", "reship", "convert", "offer"},
    "pending_reship": {"reship", "convert", "offer"},
    "reshipped": {"confirm_replacement", "not_arrived"},
    "reshipped, lost": {"reship", "convert", "confirm_replacement"},
    "reshipped, not arrived": {"reship", "convert", "confirm_replacement", "prove_arrival"},
    "pending_review, decided alone": {"amend", "withdraw", "approve", "reject", "offer", "review_override"},
    "completed, lowered on a note": {"object"},
    "completed, gift to be handed over": {"hand_over_gift"},
    "completed, settled by hand": {"object"},
    "completed, delivered after the refund": {"agree_on_delivery"},
    "completed, settlement disputed": {"rule_settlement"},
    "pending_review, objection": {"withdraw", "approve", "reject", "offer"},
    "rejected, objection": {"withdraw", "approve", "rule_objection", "reopen"},
    "completed": set(),
    "rejected": {"amend", "withdraw", "approve", "reopen"},
    "rejected, goods refused": {"withdraw", "receive", "return_goods", "reopen"},
    "cancelled": set(),
    "closed": {"reopen"},
}


ANY_TIME = {"take", "hand_over", "endorse", "break_glass"}  # while it is open


@pytest.fixture
def desk(world: World) -> Iterator[Desk]:
    with couriers_that_come():
        yield Desk(world)


def people(desk: Desk) -> dict[str, Actor]:
    known = {a.kind: a for a in (desk.buyer, desk.merchant, desk.support, desk.integration)}
    return {kind: known.get(kind, Actor(kind, kind)) for kind in KINDS}


def answer(desk: Desk, call: Call, ticket: Ticket, actor: Actor) -> str:
    with undone():
        try:
            call(desk, ticket, {"actor": actor, "now": NOW})
        except Forbidden:
            return "forbidden"
        except IllegalTransition as refusal:
            # The clock is told of no way at all, where the machine would let the merchant approve.
            possible = allowed_actions(ticket, actor, now=NOW)
            known = possible, [name for name in possible if name != "approve"]
            return "illegal" if refusal.details["allowed"] in known else f"told wrong: {refusal.details}"
        except DomainError as refusal:
            return refusal.code
        books.check(ticket.order)
        return "ok"


@pytest.mark.slow
@pytest.mark.once
@pytest.mark.parametrize("state", STATES)
def test_the_matrix(desk: Desk, state: str) -> None:
    ticket = Ticket.objects.get(pk=STATES[state](desk).pk)
    assert ticket.status == state.split(",")[0]
    possible = POSSIBLE[state] | (ANY_TIME if ticket.ended_at is None else set())
    for verb, call in VERBS.items():
        for kind, actor in people(desk).items():
            if kind not in allowed_actors(Ticket, verb):
                wanted = "forbidden"
            elif verb not in possible or wants_a_person(verb, kind, state):
                wanted = "illegal"
            elif verb in ("endorse", "review_override") and kind == "support":
                wanted = "forbidden"  # a supervisor may, this one is none
            elif verb == "prove_arrival" and actor.user_id is None:
                wanted = "invalid"  # a courier proves it by a scan and has no files
            else:
                wanted = "ok"
            assert answer(desk, call, ticket, actor) == wanted, (verb, kind)


def wants_a_person(verb: str, kind: str, state: str) -> bool:
    """A rejection is the merchant's own to take back; the buyer converts only what is overdue."""
    return (verb == "approve" and state.startswith("rejected") and kind != "merchant") or (
        verb == "convert" and kind == "buyer"
    )


# By reports on a parcel, by the payment channel, by the clock, by an appointment, by the buyer's yes to an offer: no
# service that somebody calls.
NOT_CALLED = {
    "arrive", "lose_replacement", "find_replacement", "deliver_after_refund", "settle", "close", "release",
    "settle_in_kind", "end_pickup",
}  # fmt: skip


def test_every_verb_is_tried_and_possible_somewhere() -> None:
    assert set(VERBS) == set(transition_names(Ticket)) - NOT_CALLED
    assert set(VERBS) == set().union(*POSSIBLE.values()) | ANY_TIME


def test_every_state_was_reached() -> None:
    assert {state.split(",")[0] for state in STATES} == set(Status.values)


def test_the_buyer_converts_what_is_overdue(desk: Desk) -> None:
    ticket = STATES["pending_reship"](desk)
    Ticket.objects.filter(pk=ticket.pk).update(overdue_since=NOW)
    ticket = services.convert(ticket, to="refund_only", actor=desk.buyer, now=NOW)
    assert desk.pay_out(ticket).refunded_amount == Decimal("99.00")
    books.check(ticket.order)
