"""Who pays never moves a clock that pays (B-19): every action of the shop in every state with such a clock."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftersales import services
from aftersales.machine import TicketMachine
from aftersales.models import Ticket
from aftersales.states import Due
from kernel.actors import COURIER, MERCHANT, Actor
from kernel.errors import DomainError
from kernel.machine import allowed_actors, transition_names
from logistics import services as logistics
from logistics.machine import ON_THE_WAY
from logistics.models import Parcel
from orders import services as orders
from tests.desk import Desk
from tests.undone import savepoint, undone
from tests.world import NOW, World

from .test_verbs import alone, endorsed

HOUR = timedelta(hours=1)
PAYS = (Due.APPROVE, Due.RECEIVE)
WAYBILL = {"courier": "sf", "tracking_no": "SF7"}

# What the shop can do with a ticket: by the machine, and past it.
Act = Callable[[Ticket, Actor, datetime], Any]


def by_service(name: str, **arguments: Any) -> Act:
    return lambda ticket, actor, now: getattr(services, name)(ticket, **arguments, actor=actor, now=now)


def reports(status: str) -> Act:
    def act(ticket: Ticket, actor: Actor, now: datetime) -> None:
        for parcel in Parcel.objects.filter(order_id=ticket.order_id).order_by("id"):
            logistics.report(parcel, status=status, actor=actor, now=now)

    return act


ACTS: dict[str, Act] = {
    "approve": by_service("approve"),
    "reject": by_service("reject", reason="No"),
    "ship_back": by_service("ship_back", **WAYBILL),
    "ship_back doubtful": by_service("ship_back", courier="sf", tracking_no="none"),
    "receive": by_service("receive", units=[]),
    "refuse_goods": by_service("refuse_goods", reason="Worn"),
    "return_goods": by_service("return_goods", **WAYBILL),
    "reship": by_service("reship", **WAYBILL, advance=True, note="urgent"),
    "prove_arrival": by_service("prove_arrival"),
    "convert": by_service("convert", to="return_refund"),
    "offer": by_service("offer", amount=Decimal("1.00"), note="A dollar"),
    "offer of a gift": by_service("offer", type="gift", amount=Decimal("1.00"), what="A pen", note="Instead"),
    "hand_over_gift": by_service("hand_over_gift", note="Sent by post"),
    "agree_on_delivery": by_service("agree_on_delivery", note="Kept and paid for"),
    "take": by_service("take"),
    "hand_over": by_service("hand_over", to="wen", note="Please"),
    "endorse": lambda ticket, actor, now: endorsed(ticket, actor=actor, now=now),
    "break_glass": lambda ticket, actor, now: alone(ticket, actor=actor, now=now),
    "review_override": by_service("review_override", override=1, accept=True),
    "message": by_service("post_message", text="Wait"),
    **{f"parcel {status}": reports(status) for status in ON_THE_WAY},
    "parcel delivered": reports("delivered"),
    "parcel lost": reports("lost"),
    "parcel returned": reports("returned"),
    "order delivered": lambda ticket, actor, now: orders.deliver(ticket.order, actor=actor, now=now),
    "order extended": lambda ticket, actor, now: orders.extend_receipt(ticket.order, days=60, actor=actor, now=now),
}
# Run by the same services; `arrive`, `lose_replacement` and `deliver_after_refund` by reports on a parcel, `settle` by
# refunds, `settle_in_kind` by the buyer's yes to an offer.
NOT_CALLED = {"arrive", "lose_replacement", "deliver_after_refund", "settle", "settle_in_kind"}
# A decision that the rules give the shop, or what the buyer is owed: it ends the clock, and does not move it.
DECIDES = {
    ("reject", "review"), ("refuse_goods", "on the way"), ("refuse_goods", "arrived"),
    ("refuse_goods", "exchange on the way"),
    # With nothing counted: an empty parcel is refused.
    ("receive", "on the way"), ("receive", "arrived"), ("receive", "exchange on the way"),
    ("reship", "exchange on the way"),
    ("return_goods", "refused"),
}  # fmt: skip


def on_the_way(desk: Desk, type_: str = "return_refund") -> Ticket:
    return desk.ship_back(desk.approve(desk.apply(desk.world.delivered(), type_)), tracking_no="YT1")


def arrived(desk: Desk) -> Ticket:
    ticket = on_the_way(desk)
    logistics.report(Parcel.objects.get(tracking_no="YT1"), status="delivered", actor=COURIER, now=NOW)
    return ticket


STATES: dict[str, Callable[[Desk], Ticket]] = {
    "review": lambda desk: desk.apply(desk.world.delivered()),
    "review, not received": lambda desk: desk.apply(desk.world.shipped(), "refund_only", "not_received"),
    "review, packed": lambda desk: desk.apply(
        orders.pack(desk.world.place_order(), actor=desk.merchant, now=NOW), "refund_only", "dont_want"
    ),
    "on the way": on_the_way,
    "arrived": arrived,
    "exchange on the way": lambda desk: on_the_way(desk, "exchange"),
    "refused": lambda desk: services.refuse_goods(on_the_way(desk), reason="Worn", actor=desk.merchant, now=NOW),
}


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", on_hand=9)
    return Desk(world)


def test_every_verb_of_the_shop_is_tried() -> None:
    verbs = {name for name in transition_names(Ticket) if MERCHANT in allowed_actors(Ticket, name)}
    assert verbs - NOT_CALLED == {name for name in ACTS if hasattr(TicketMachine, name)}


def decided(act: str, state: str) -> bool:
    return (act, state.partition(",")[0]) in DECIDES


@pytest.mark.parametrize("state", STATES)
def test_no_action_of_the_shop_moves_a_clock_that_pays(desk: Desk, state: str) -> None:
    ticket = STATES[state](desk)
    before = Ticket.objects.get(pk=ticket.pk)
    assert before.due_action in PAYS
    assert before.due_at is not None
    for name, act in ACTS.items():
        with undone():
            for hour in (1, 2, 3):  # again and again gains nothing either
                attempt(act, ticket, desk.merchant, NOW + hour * HOUR)
            after = Ticket.objects.get(pk=ticket.pk)
            paid = after.received_at is not None or after.approved_at != before.approved_at
            if paid or decided(name, state):
                continue
            assert after.due_action == before.due_action, name
            assert after.due_at is not None, name
            assert after.due_at <= before.due_at, name


REST = sorted(set(ACTS) - {act for act, _state in DECIDES})


@pytest.mark.slow
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_sequence_of_actions_of_the_shop_moves_it_either(desk: Desk, data: st.DataObject) -> None:
    with undone():
        ticket, now = STATES[data.draw(st.sampled_from(sorted(STATES)))](desk), NOW
        before = Ticket.objects.get(pk=ticket.pk)
        assert before.due_at is not None
        for _ in range(data.draw(st.integers(2, 6))):
            now += data.draw(st.sampled_from([HOUR, 20 * HOUR, 47 * HOUR]))
            who = data.draw(st.sampled_from([desk.merchant, desk.agent]))
            attempt(ACTS[data.draw(st.sampled_from(REST))], ticket, who, now)
            after = Ticket.objects.get(pk=ticket.pk)
            if after.received_at is not None or after.approved_at != before.approved_at:
                return  # it was paid, or goes on as agreed
            assert (after.due_action, after.due_at and after.due_at <= before.due_at) == (before.due_action, True)


def attempt(act: Act, ticket: Ticket, actor: Actor, now: datetime) -> None:
    try:
        with savepoint():
            act(Ticket.objects.get(pk=ticket.pk), actor, now)
    except DomainError:
        pass  # refused: nothing happened
