"""The whole matrix of payables: state × verb × role, and what the database refuses."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Membership, Role
from kernel.actors import KINDS, RULE, Actor
from kernel.errors import Conflict, Forbidden, IllegalTransition, Invalid
from kernel.machine import advance, transition_names
from orders.models import Order
from refunds.models import Payable
from refunds.payables import services
from refunds.payables.machine import Status
from tests.world import DAY, NOW, SECOND, World

from ..helpers import paid

P, A, T, D, C = Status.PENDING, Status.APPROVED, Status.PAYING, Status.PAID, Status.CANCELLED
MATRIX: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "approve": ({P: A}, {"user_id": 1}),
    "pay": ({A: D}, {"user_id": 2, "proof": "slip"}),
    "transfer": ({A: T}, {"user_id": 2, "transfer_no": "TF-1"}),
    "propose_call_off": ({T: T}, {"user_id": 3}),
    "call_off_transfer": ({T: T}, {}),
    "transfer_arrived": ({T: D}, {"channel": "alipay", "proof": "A-1"}),
    "transfer_failed": ({T: A}, {}),
    "cancel": ({P: C, A: C}, {}),
    "void_settlement": ({D: A}, {"due_at": NOW + 7 * DAY}),
}
BY: dict[str, tuple[str, ...]] = {
    "transfer_arrived": ("gateway",),
    "transfer_failed": ("gateway",),
    "void_settlement": ("support",),
    "cancel": ("merchant", "support", "rule"),
}


def owed(world: World, order: Order | None = None, kind: str = "goodwill", amount: str = "20.00") -> Payable:
    row, _new = services.owe(
        order or paid(world), kind=kind, amount=Decimal(amount), key="ticket:1", actor=RULE, now=world.now
    )
    return row


def in_state(world: World, status: str) -> Payable:
    row = owed(world)
    if status in (A, T, D):
        row = services.approve(row, actor=world.actor("mei"), now=world.now)
    if status == T:
        song = world.actor("song")
        row = advance(row.transfer, actor=song, now=world.now, user_id=song.user_id, transfer_no="TF-1")
    if status == D:
        row = services.pay(row, proof="slip 1", actor=world.actor("song"), now=world.now)
    if status == C:
        row = services.cancel(row, note="Not owed", actor=world.actor("mei"), now=world.now)
    return Payable.objects.get(pk=row.pk)


def test_the_matrix_is_complete() -> None:
    assert set(MATRIX) == set(transition_names(Payable))


@pytest.mark.parametrize("status", Status.values)
@pytest.mark.parametrize("verb", MATRIX)
def test_state_verb_role(world: World, status: str, verb: str) -> None:
    moves, facts = MATRIX[verb]
    row = in_state(world, status)
    for kind in sorted(KINDS):
        may = kind in BY.get(verb, ("merchant", "support"))
        expected: Any = Forbidden if not may else moves.get(status, IllegalTransition)
        with transaction.atomic():
            outcome = attempt(row, verb, Actor(kind, kind), world, facts)
            transaction.set_rollback(True)
        assert outcome == expected, kind


def attempt(row: Payable, verb: str, actor: Actor, world: World, facts: dict[str, Any]) -> Any:
    try:
        with transaction.atomic():
            return advance(getattr(row, verb), actor=actor, now=world.now, **facts).status
    except (Forbidden, IllegalTransition) as refusal:
        return type(refusal)


PEOPLE: dict[str, Callable[[World, Payable, str], Payable]] = {
    "approve": lambda world, row, name: services.approve(row, actor=world.actor(name, world.lantern), now=world.now),
    "pay": lambda world, row, name: services.pay(
        row, proof="slip", actor=world.actor(name, world.lantern), now=world.now
    ),
    "cancel": lambda world, row, name: services.cancel(
        row, note="No", actor=world.actor(name, world.lantern), now=world.now
    ),
}


@pytest.mark.parametrize("name", ["alice", "mei", "wen", "oms", "sun", "song"])
@pytest.mark.parametrize("verb", PEOPLE)
def test_who_of_all_may(world: World, verb: str, name: str) -> None:
    row = in_state(world, A if verb == "pay" else P)
    Payable.objects.filter(pk=row.pk, approved_by__isnull=False).update(approved_by=0)
    if name in ("mei", "song") or (name == "sun" and verb != "pay"):
        assert PEOPLE[verb](world, row, name).status == {"approve": A, "pay": D, "cancel": C}[verb]
        return
    with pytest.raises(Forbidden):
        PEOPLE[verb](world, row, name)


def allowed(world: World, row: Payable, name: str) -> list[str]:
    actor = world.actor(name, world.lantern)
    payer = row.pk in services.payable_by(actor.user_id, [row], now=world.now)
    return services.allowed_actions(row, actor, payer=payer)


@pytest.mark.parametrize(
    ("since", "possible"),
    [
        (NOW - 30 * DAY + SECOND, False),
        (NOW - 30 * DAY, True),
        (NOW - 30 * DAY - SECOND, True),
        (NOW, False),
        (None, False),
    ],
)
def test_nobody_is_appointed_as_the_second_person(world: World, since: datetime | None, possible: bool) -> None:
    """Contract §5, as for refunds: a manager of 30 days, or a supervisor of support."""
    row = services.approve(owed(world, amount="100.00"), actor=world.actor("mei"), now=NOW)
    Membership.objects.create(
        shop=world.lantern, user=world.eve, role=Role.MANAGER, accepted_at=NOW - 400 * DAY, role_since=since
    )
    eve = world.actor("eve", world.lantern)
    assert ("pay" in allowed(world, row, "eve")) is possible
    if possible:
        assert services.pay(row, proof="slip", actor=eve, now=NOW).paid_by == eve.user_id
        return
    with pytest.raises(Forbidden, match="supervisor of platform support: the shop has no other manager"):
        services.pay(row, proof="slip", actor=eve, now=NOW)
    assert Payable.objects.get().status == A


def test_a_manager_of_another_shop_is_no_second_person(world: World) -> None:
    row = services.approve(owed(world), actor=world.actor("mei"), now=NOW)
    assert services.payable_by(world.rui.pk, [row], now=NOW) == set()


def test_two_people(world: World) -> None:
    row = services.approve(owed(world), actor=world.actor("mei"), now=world.now)
    assert {name: allowed(world, row, name) for name in ("mei", "sun", "song")} == {
        "mei": ["cancel"],
        "sun": ["cancel"],
        "song": ["pay", "cancel"],
    }
    with pytest.raises(Forbidden, match=r"someone else has to pay it\. Ask a supervisor"):
        services.pay(row, proof="slip", actor=world.actor("mei"), now=world.now)
    done = services.pay(row, proof=" slip 9 ", actor=world.actor("song"), now=world.now + SECOND)
    assert (done.status, done.proof, done.paid_at) == ("paid", "slip 9", world.now + SECOND)
    assert [(h.action, h.actor_name) for h in done.history()] == [
        ("create", "rule"),
        ("approve", "mei"),
        ("pay", "song"),
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"paid_by": 5, "approved_by": 5},
        {"paid_by": None},
        {"approved_by": None, "approved_at": None},
        {"proof": ""},
        {"amount": 0},
        {"payee": "shop"},
    ],
)
def test_the_database_has_the_last_word(world: World, change: dict[str, Any]) -> None:
    row = in_state(world, D)
    with pytest.raises(IntegrityError, match="payable_"), transaction.atomic():
        Payable.objects.filter(pk=row.pk).update(**change)


def test_owed_once(world: World) -> None:
    order = paid(world)
    first, again = owed(world, order), owed(world, order, amount="99.00")
    assert (first.pk, again.amount) == (again.pk, Decimal("20.00"))
    other = {field: getattr(first, field) for field in ("order_id", "shop_id", "kind", "payee", "amount", "key")}
    times = {"created_at": world.now, "due_at": world.now}
    with pytest.raises(IntegrityError, match="payable_once"), transaction.atomic():
        Payable.objects.create(payable_no="PY-2", **other, **times)
    with pytest.raises(Conflict, match=first.payable_no):
        services.create_by_hand(
            order,
            kind="goodwill",
            amount=Decimal(1),
            key="ticket:1",
            ground="x",
            actor=world.actor("mei"),
            now=world.now,
        )


@pytest.mark.parametrize(("amount", "manager"), [("60.00", True), ("80.00", True), ("80.01", False)])
def test_above_what_was_paid_only_support_approves(world: World, amount: str, manager: bool) -> None:
    """100 were paid, and 20 of goodwill are approved."""
    order = paid(world)
    services.approve(owed(world, order), actor=world.actor("mei"), now=world.now)
    row, _ = services.owe(
        order, kind="compensation", amount=Decimal(amount), key="k", actor=world.actor("mei"), now=world.now
    )
    if not manager:
        with pytest.raises(Forbidden, match="more than they paid"):
            services.approve(row, actor=world.actor("mei"), now=world.now)
        assert services.approve(row, actor=world.actor("sun"), now=world.now).status == "approved"
        return
    assert services.approve(row, actor=world.actor("mei"), now=world.now).status == "approved"


def test_return_freight_is_given_up_by_support_only(world: World) -> None:
    row = owed(world, kind="return_freight")
    with pytest.raises(Forbidden, match="support"):
        services.cancel(row, note="x", actor=world.actor("mei"), now=world.now)
    assert services.cancel(row, note="Paid in cash", actor=world.actor("sun"), now=world.now).status == "cancelled"


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "0.001"])
def test_no_amount(world: World, amount: str) -> None:
    with pytest.raises(Invalid):
        owed(world, amount=amount)


def test_yen(world: World) -> None:
    with pytest.raises(Invalid):
        owed(world, paid(world, amount="100", currency="JPY"), amount="10.50")
