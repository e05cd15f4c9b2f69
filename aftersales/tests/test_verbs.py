"""The same matrix through the services: who never may gets 403 whatever the state, what cannot be done now 409 with
what can, and whatever was refused has changed nothing."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from aftersales import services
from aftersales.models import Ticket
from aftersales.services.actions import allowed_actions
from aftersales.states import Status
from kernel.actors import COURIER, KINDS, Actor
from kernel.errors import DomainError, Forbidden, IllegalTransition
from kernel.machine import allowed_actors
from logistics import services as logistics
from tests.desk import Desk
from tests.undone import undone
from tests.world import NOW, World

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


WAYBILL = {"courier": "sf", "tracking_no": "SF1"}
VERBS: dict[str, Call] = {
    "amend": lambda desk, t, by: services.amend(t, again(desk, t), **by),
    "withdraw": lambda desk, t, by: services.withdraw(t, **by),
    "approve": lambda desk, t, by: services.approve(t, **by),
    "reject": lambda desk, t, by: services.reject(t, reason="No", **by),
    "pay_difference": lambda desk, t, by: services.pay_difference(t, payment=payment(t), **by),
    "ship_back": lambda desk, t, by: services.ship_back(t, **WAYBILL, **by),
    "receive": lambda desk, t, by: services.receive(t, units=counted(t), **by),
    "refuse_goods": lambda desk, t, by: services.refuse_goods(t, reason="Worn", **by),
    "return_goods": lambda desk, t, by: services.return_goods(t, **WAYBILL, **by),
    "reship": lambda desk, t, by: services.reship(t, **WAYBILL, advance=True, note="urgent", **by),
    "confirm_replacement": lambda desk, t, by: services.confirm_replacement(t, **by),
    "convert": lambda desk, t, by: services.convert(t, to="return_refund", **by),
    "reopen": lambda desk, t, by: services.reopen(t, reason="Late", **by),
}


def exchange(desk: Desk) -> Ticket:
    desk.world.sku("TEE", price="99.00", on_hand=5)
    desk.world.sku("BIG", price="109.00", on_hand=5)
    return desk.apply(desk.world.delivered(), "exchange", "wrong_choice", quantity=1, exchange_sku="BIG")


def paid_exchange(desk: Desk) -> Ticket:
    return desk.pay_difference(desk.approve(exchange(desk)), "10.00")


def a_return(desk: Desk) -> Ticket:
    return desk.apply(desk.world.delivered(), quantity=1)


def lost(desk: Desk) -> Ticket:
    ticket = desk.reship(desk.receive(desk.ship_back(paid_exchange(desk))))
    assert ticket.replacement_parcel is not None
    logistics.report(ticket.replacement_parcel, status="lost", actor=COURIER, now=NOW)
    return Ticket.objects.get(pk=ticket.pk)


def refused(desk: Desk) -> Ticket:
    under_way = desk.ship_back(desk.approve(a_return(desk)))
    return services.refuse_goods(under_way, reason="Worn", actor=desk.merchant, now=NOW)


STATES: dict[str, Callable[[Desk], Ticket]] = {
    "pending_review": a_return,
    "pending_supplement": lambda desk: desk.approve(exchange(desk)),
    "pending_return": lambda desk: desk.approve(a_return(desk)),
    "pending_refund, under way": lambda desk: desk.ship_back(desk.approve(a_return(desk))),
    "pending_refund": lambda desk: desk.receive(desk.ship_back(desk.approve(a_return(desk)))),
    "pending_reship, under way": lambda desk: desk.ship_back(paid_exchange(desk)),
    "pending_reship": lambda desk: desk.receive(desk.ship_back(paid_exchange(desk))),
    "reshipped": lambda desk: desk.reship(desk.receive(desk.ship_back(paid_exchange(desk)))),
    "reshipped, lost": lost,
    "completed": lambda desk: desk.pay_out(STATES["pending_refund"](desk)),
    "rejected": lambda desk: services.reject(a_return(desk), reason="No", actor=desk.merchant, now=NOW),
    "rejected, goods refused": refused,
    "cancelled": lambda desk: services.withdraw(a_return(desk), actor=desk.buyer, now=NOW),
    "closed": lambda desk: services.close(desk.approve(a_return(desk)), now=NOW),
}
POSSIBLE = {
    "pending_review": {"amend", "withdraw", "approve", "reject"},
    "pending_supplement": {"withdraw", "pay_difference", "convert"},
    "pending_return": {"withdraw", "ship_back", "receive"},
    "pending_refund, under way": {"ship_back", "receive", "refuse_goods"},
    "pending_refund": set(),
    "pending_reship, under way": {"ship_back", "receive", "refuse_goods", "reship", "convert"},
    "pending_reship": {"reship", "convert"},
    "reshipped": {"confirm_replacement"},
    "reshipped, lost": {"reship", "convert", "confirm_replacement"},
    "completed": set(),
    "rejected": {"amend", "withdraw", "approve", "reopen"},
    "rejected, goods refused": {"withdraw", "receive", "return_goods", "reopen"},
    "cancelled": set(),
    "closed": {"reopen"},
}


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


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
            known = [*allowed_actions(ticket, actor)], [n for n in allowed_actions(ticket, actor) if n != "approve"]
            return "illegal" if refusal.details["allowed"] in known else f"told wrong: {refusal.details}"
        except DomainError as refusal:
            return refusal.code
        books.check(ticket.order)
        return "ok"


@pytest.mark.parametrize("state", STATES)
def test_the_matrix(desk: Desk, state: str) -> None:
    ticket = Ticket.objects.get(pk=STATES[state](desk).pk)
    assert ticket.status == state.split(",")[0]
    for verb, call in VERBS.items():
        for kind, actor in people(desk).items():
            if kind not in allowed_actors(Ticket, verb):
                wanted = "forbidden"
            elif verb not in POSSIBLE[state] or wants_a_person(verb, kind, state):
                wanted = "illegal"
            else:
                wanted = "ok"
            assert answer(desk, call, ticket, actor) == wanted, (verb, kind)


def wants_a_person(verb: str, kind: str, state: str) -> bool:
    """A rejection is the merchant's own to take back; the buyer converts only what is overdue."""
    return (verb == "approve" and state == "rejected" and kind != "merchant") or (verb == "convert" and kind == "buyer")


def test_every_state_was_reached() -> None:
    assert {state.split(",")[0] for state in STATES} == set(Status.values)


def test_the_buyer_converts_what_is_overdue(desk: Desk) -> None:
    ticket = STATES["pending_reship"](desk)
    Ticket.objects.filter(pk=ticket.pk).update(overdue_since=NOW)
    ticket = services.convert(ticket, to="refund_only", actor=desk.buyer, now=NOW)
    assert desk.pay_out(ticket).refunded_amount == Decimal("99.00")
    books.check(ticket.order)
