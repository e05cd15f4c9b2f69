"""The whole matrix state × verb × role of the ticket machine: what the contract says against what the door does."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from aftersales.models import Reason, Ticket
from aftersales.states import ENDED, Status, Type
from kernel.actors import KINDS, Actor
from kernel.errors import Forbidden, IllegalTransition
from kernel.machine import advance, transition_names
from kernel.machine.stateful import moves_clock
from tests.undone import undone
from tests.world import NOW, World

pytestmark = pytest.mark.django_db

BEFORE = NOW - timedelta(days=1)
SENT: dict[str, Any] = {"shipped_back_at": BEFORE}
REFUSED: dict[str, Any] = SENT | {"goods_refused_at": BEFORE}
LOST: dict[str, Any] = {"lost_at": BEFORE, "received_at": BEFORE}
MISSING: dict[str, Any] = {"not_arrived_at": BEFORE, "received_at": BEFORE}
EVERY = {  # what each state rests on, whatever the verb
    "approved_at": BEFORE, "address_set_at": BEFORE, "refund_started_at": BEFORE, "reshipped_at": BEFORE,
    "rejected_at": BEFORE, "rejected_from": "pending_review", "closed_from": "pending_return",
    "return_freight_payer": "buyer",
}  # fmt: skip


@dataclass
class Row:
    """`sources`: state → target. `facts`: what the guard wants to see there. `ended` states keep no clock."""

    verb: str
    type: str
    who: str
    sources: dict[str, str]
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    with_: dict[str, Any] = field(default_factory=dict)


DECIDERS = "merchant clock rule"
STAYS = {state: state for state in ("pending_review", "pending_return", "pending_refund", "pending_reship")}
CLOCK: dict[str, Any] = {"due_at": NOW, "due_action": "overdue"}  # left as it is
NOTED: dict[str, Any] = {"noted_at": BEFORE}
LATE: dict[str, Any] = {"objection": True, "overdue_since": BEFORE}
BY_HAND: dict[str, Any] = {"by_hand_at": BEFORE}
DISPUTED: dict[str, Any] = BY_HAND | {"settlement_objected_at": BEFORE, "alerts": ["settlement_disputed"]}
OFFERED: dict[str, Any] = CLOCK | {"offered_at": BEFORE}
CAME_LATE: dict[str, Any] = {"alerts": ["delivered_after_refund"]}
TO_SEND = {"pending_return": "pending_return"}
COLLECTABLE: dict[str, Any] = {"return_freight_payer": "merchant", "return_address_id": 1}
COMING: dict[str, Any] = COLLECTABLE | {"pickup_open": True, "pickup_until": NOW}
PAID = {"pending_refund": "pending_refund", "completed": "completed"}
OPEN = {state: state for state in Status.values if state not in ENDED}
ALL = {state: state for state in Status.values}


def everywhere(facts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Where there is a clock, it is left as it is."""
    return {state: facts if state in ENDED else CLOCK | facts for state in Status.values}


TABLE = [
    Row("amend", "return_refund", "buyer", {"pending_review": "pending_review", "rejected": "pending_review"},
        with_={"target": "pending_review"}),
    Row("amend", "refund_only", "buyer", {"pending_review": "pending_refund", "rejected": "pending_refund"},
        with_={"target": "pending_refund"}),
    Row("approve", "refund_only", DECIDERS, {"pending_review": "pending_refund", "rejected": "pending_refund"}),
    Row("approve", "return_refund", DECIDERS, {"pending_review": "pending_return", "rejected": "pending_return"}),
    Row("approve", "exchange", DECIDERS, {"pending_review": "pending_return", "rejected": "pending_return"}),
    Row("approve", "repair", DECIDERS, {"pending_review": "pending_return", "rejected": "pending_return"}),
    Row("approve", "reissue", DECIDERS, {"pending_review": "pending_reship", "rejected": "pending_reship"}),
    Row("approve", "exchange", DECIDERS,
        {"pending_review": "pending_supplement", "rejected": "pending_supplement"},
        {state: {"price_difference": Decimal(5)} for state in Status}),
    Row("settle_in_kind", "return_refund", "merchant", {"pending_review": "completed"},
        with_={"outcome": "gift", "cost": Decimal(5), "due_at": NOW}),
    Row("hand_over_gift", "return_refund", "merchant", {"completed": "completed"},
        {"completed": {"gift_due_at": NOW, "outcome": "gift", "outcome_cost": Decimal(5), "alerts": ["gift_due"]}}),
    Row("reject", "return_refund", "merchant", {"pending_review": "rejected"}, with_={"reason": "No"}),
    Row("offer", "return_refund", "merchant", STAYS, dict.fromkeys(STAYS, CLOCK)),
    Row("accept_offer", "return_refund", "buyer", STAYS, dict.fromkeys(STAYS, OFFERED)),
    Row("decline_offer", "exchange", "buyer", STAYS, dict.fromkeys(STAYS, OFFERED)),
    Row("object", "refund_only", "buyer", {"pending_refund": "pending_refund", "completed": "completed"},
        {"pending_refund": CLOCK | NOTED, "completed": NOTED}),
    Row("object", "exchange", "buyer", ALL, everywhere(BY_HAND), {"about": "settlement"}),
    Row("rule_settlement", "exchange", "support", ALL, everywhere(DISPUTED),
        {"by_hand_at": None, "since": None}),
    Row("rule_objection", "refund_only", "support", {"pending_review": "pending_refund", "rejected": "pending_refund"},
        {"pending_review": LATE, "rejected": LATE}, {"pay": True}),
    Row("rule_objection", "refund_only", "support", {"pending_review": "closed", "rejected": "closed"},
        {"pending_review": LATE, "rejected": LATE}, {"pay": False}),
    Row("withdraw", "exchange", "buyer",
        dict.fromkeys(["pending_review", "pending_supplement", "pending_return", "rejected"], "cancelled")),
    Row("pay_difference", "exchange", "integration", {"pending_supplement": "pending_return"}, with_={"payment_id": 1}),
    Row("ship_back", "return_refund", "buyer courier merchant support",
        {"pending_return": "pending_refund", "pending_refund": "pending_refund", "pending_reship": "pending_refund"},
        {"pending_refund": SENT, "pending_reship": SENT}, {"restart": True, "return_freight_amount": Decimal(0)}),
    Row("ship_back", "exchange", "buyer courier merchant support",
        {"pending_return": "pending_reship", "pending_refund": "pending_reship", "pending_reship": "pending_reship"},
        {"pending_refund": SENT, "pending_reship": SENT}, {"restart": True, "return_freight_amount": Decimal(0)}),
    Row("arrive", "return_refund", "courier merchant integration support",
        {"pending_refund": "pending_refund", "pending_reship": "pending_refund"},
        {"pending_refund": SENT, "pending_reship": SENT}, {"at": BEFORE}),
    Row("receive", "return_refund", "merchant clock",
        dict.fromkeys(["pending_return", "pending_refund", "pending_reship", "rejected"], "pending_refund"),
        {"rejected": REFUSED}),
    Row("receive", "exchange", "merchant clock",
        dict.fromkeys(["pending_return", "pending_refund", "pending_reship", "rejected"], "pending_reship")
        | {"reshipped": "reshipped", "completed": "completed"},
        {"rejected": REFUSED, "reshipped": {"advance_exchange": True}, "completed": {"advance_exchange": True}}),
    Row("refuse_goods", "exchange", "merchant", {"pending_refund": "rejected", "pending_reship": "rejected"},
        {"pending_refund": SENT, "pending_reship": SENT}, {"reason": "Worn"}),
    Row("return_goods", "return_refund", "merchant",
        {"rejected": "rejected", "cancelled": "cancelled", "closed": "closed"},
        {"rejected": REFUSED, "cancelled": REFUSED, "closed": REFUSED}, {}),
    Row("reship", "repair", "merchant", {"pending_reship": "reshipped", "reshipped": "reshipped"},
        {"reshipped": LOST}, {"advance": False}),
    Row("lose_replacement", "exchange", "courier merchant integration support", {"reshipped": "reshipped"}),
    Row("find_replacement", "exchange", "courier integration support", {"reshipped": "reshipped"},
        {"reshipped": LOST}),
    Row("not_arrived", "exchange", "buyer", {"reshipped": "reshipped"}),
    Row("prove_arrival", "exchange", "merchant support courier integration", {"reshipped": "reshipped"},
        {"reshipped": MISSING}),
    Row("confirm_replacement", "reissue", "buyer clock", {"reshipped": "completed"}),
    Row("convert", "exchange", "merchant buyer",
        {"pending_supplement": "pending_return", "pending_return": "pending_return", "pending_reship": "pending_return",
         "reshipped": "pending_refund"}, {"reshipped": LOST}, {"to": "return_refund"}),
    Row("convert", "reissue", "merchant buyer",
        dict.fromkeys(["pending_supplement", "pending_return", "pending_reship", "reshipped"], "pending_refund"),
        {"reshipped": LOST}, {"to": "refund_only"}),
    Row("settle", "refund_only", "gateway rule merchant support", {"pending_refund": "completed"},
        with_={"refunded_amount": Decimal(0)}),
    Row("close", "return_refund", "clock",
        {"pending_supplement": "closed", "pending_return": "closed", "rejected": "closed"}),
    Row("take", "exchange", "merchant", OPEN, with_={"user_id": None}),
    Row("hand_over", "exchange", "merchant", OPEN, with_={"user_id": None}),
    Row("endorse", "exchange", "merchant support", OPEN),
    Row("break_glass", "exchange", "merchant", OPEN),
    Row("review_override", "exchange", "merchant support", dict(zip(Status.values, Status.values, strict=True)),
        {status: {"override": "open", "override_since": BEFORE} for status in Status.values},
        {"override": "", "since": None, "ends_offer": True}),
    Row("book_pickup", "repair", "buyer", TO_SEND, dict.fromkeys(TO_SEND, COLLECTABLE), {"pickup_id": 1, "until": NOW}),
    Row("cancel_pickup", "return_refund", "buyer", TO_SEND, dict.fromkeys(TO_SEND, COMING), {"still_open": True}),
    Row("end_pickup", "exchange", "clock courier rule", TO_SEND, dict.fromkeys(TO_SEND, COMING), {"until": None}),
    Row("release", "exchange", "rule", OPEN),
    Row("deliver_after_refund", "refund_only", "courier integration merchant support", PAID,
        {"pending_refund": CLOCK}),
    Row("agree_on_delivery", "refund_only", "merchant", PAID,
        {"pending_refund": CLOCK | CAME_LATE, "completed": CAME_LATE}),
    Row("reopen", "return_refund", "support", {"closed": "pending_return", "rejected": "pending_review"},
        with_={}),
]  # fmt: skip


@pytest.fixture
def stored(world: World) -> "Stored":
    return Stored(world)


class Stored:
    """Tickets put into a state from outside: the matrix wants states that no service would leave behind."""

    def __init__(self, world: World) -> None:
        self.order = world.delivered()
        self.reason = Reason.objects.filter(type="return_refund").first()

    def ticket(self, type_: str, status: str, **facts: Any) -> Ticket:
        ticket = Ticket(
            ticket_no="AS-MATRIX", order=self.order, shop=self.order.shop, buyer=self.order.buyer, type=type_,
            phase="onsale",
            reason=self.reason, fault="buyer", created_at=BEFORE, updated_at=BEFORE,
            applied_at=BEFORE, status=status, approved_amount=Decimal(0), **(EVERY | facts),
        )  # fmt: skip
        ticket.save(force_insert=True)
        return ticket


def test_facts_that_are_no_columns_are_refused(stored: Stored) -> None:
    ticket = stored.ticket("return_refund", "pending_review")
    with pytest.raises(TypeError, match="a ticket has no column aproved_amount"):
        advance(ticket.approve, actor=Actor("merchant", "mei"), now=NOW, aproved_amount=Decimal(1))
    for name in ("lines", "nonsense"):  # nor is a relation
        with pytest.raises(TypeError, match=name):
            ticket.set(**{name: None})
    ticket.set(difference_payment=None, difference_payment_id=None)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.verb}-{row.type}-{len(row.facts)}")
def test_the_matrix(stored: Stored, row: Row) -> None:
    for state in Status.values:
        with undone():
            ticket = stored.ticket(row.type, state, **row.facts.get(state, {}))
            for kind in KINDS:
                assert outcome(ticket, row, kind) == expected(row, state, kind), (state, kind)


def expected(row: Row, state: str, kind: str) -> str:
    if kind not in row.who.split():
        return "forbidden"
    return row.sources.get(state, "illegal")


def outcome(ticket: Ticket, row: Row, kind: str) -> str:
    with undone():
        try:
            moved = advance(getattr(ticket, row.verb), actor=Actor(kind, kind), now=NOW, **row.with_)
        except Forbidden:
            return "forbidden"
        except IllegalTransition as refusal:
            ok = refusal.details["status"] == ticket.status and row.verb not in refusal.details["allowed"]
            return "illegal" if ok else f"told wrong: {refusal.details}"
        last = moved.history().last()
        assert (last.action, last.source, last.target) == (row.verb, ticket.status, moved.status)
        if moves_clock(Ticket, row.verb):
            assert (moved.due_at is None) == (moved.status in ENDED)
        return str(moved.status)


def test_every_verb_stands_in_the_table() -> None:
    assert {row.verb for row in TABLE} == set(transition_names(Ticket))


def test_every_type_is_approved_in_the_table() -> None:
    assert {row.type for row in TABLE if row.verb == "approve"} == set(Type.values)


GUARDS = [
    ("amend", "rejected", REFUSED, "goods were refused: they go back, nothing is applied for anew"),
    ("approve", "rejected", REFUSED, "refused goods are received after all, not approved"),
    ("ship_back", "pending_refund", {"shipped_back_at": BEFORE, "received_at": BEFORE}, "received"),
    ("ship_back", "pending_return", {"returnless": True}, "the goods stay with the buyer"),
    ("arrive", "pending_refund", {}, "nothing was sent"),
    ("receive", "pending_refund", {"received_at": BEFORE}, "received twice"),
    ("receive", "rejected", {}, "rejected at review: nothing came"),
    ("receive", "pending_refund", {"returnless": True}, "nothing is to come"),
    ("refuse_goods", "pending_refund", {}, "nothing came that could be refused"),
    ("refuse_goods", "pending_refund", {"shipped_back_at": BEFORE, "received_at": BEFORE}, "already received"),
    ("return_goods", "rejected", {}, "there are no goods"),
    ("return_goods", "rejected", REFUSED | {"goods_returned_at": NOW}, "sent back already"),
    ("reship", "reshipped", {}, "on its way, and not lost"),
    ("convert", "reshipped", {}, "on its way, and not lost"),
    ("not_arrived", "reshipped", MISSING, "said already"),
    ("not_arrived", "reshipped", LOST, "known to be lost"),
    ("not_arrived", "reshipped", {"arrival_proven_at": BEFORE}, "proven: a dispute decides"),
    ("prove_arrival", "reshipped", {}, "nobody has doubted it"),
    ("find_replacement", "reshipped", MISSING, "not lost"),
    ("convert", "pending_return", {"type": "return_refund"}, "is a refund already"),
    ("settle", "pending_refund", {}, "the goods are not back (B-02)"),
    ("offer", "pending_refund", {"received_at": BEFORE}, "the money is on its way"),
    ("accept_offer", "pending_review", {}, "nothing was offered"),
    ("amend", "rejected", {"objection": True}, "an objection is about what was kept back, and nothing else"),
    ("object", "completed", {}, "nothing was lowered on a note"),
    ("object", "completed", {"noted_at": BEFORE, "objected_at": BEFORE}, "objected already"),
    ("object", "pending_refund", {"noted_at": BEFORE}, "the goods are not back, nothing was paid"),
    ("object", "completed", DISPUTED | {"by_hand_at": None}, "objected already"),
    ("rule_settlement", "completed", {"by_hand_at": BEFORE}, "nobody objects"),
    ("rule_objection", "rejected", {}, "no objection: disputes are for others"),
    ("rule_objection", "pending_review", {"objection": True}, "the manager still has their time"),
    ("decline_offer", "pending_review", {}, "nothing was offered"),
    ("hand_over_gift", "completed", {}, "nothing was promised"),
    ("agree_on_delivery", "completed", {"type": "refund_only"}, "nothing came after the refund"),
    ("deliver_after_refund", "completed", {"type": "refund_only"} | CAME_LATE, "known already"),
    ("deliver_after_refund", "completed", {"type": "exchange"}, "no money was refunded"),
    ("deliver_after_refund", "completed", {"type": "refund_only", "claimed_amount": 5}, "a claim takes no units"),
    ("deliver_after_refund", "pending_refund", {"type": "return_refund"}, "the goods are still to come back"),
]


@pytest.mark.parametrize(("verb", "state", "facts", "why"), GUARDS, ids=[f"{g[0]}: {g[3]}" for g in GUARDS])
def test_the_guards(stored: Stored, verb: str, state: str, facts: dict[str, Any], why: str) -> None:
    facts, row = dict(facts), next(row for row in TABLE if row.verb == verb)
    with undone():
        ticket = stored.ticket(
            facts.pop("type", "exchange" if verb in ("reship", "convert") else "return_refund"), state, **facts
        )
        assert outcome(ticket, row, row.who.split()[0]) == "illegal", why


def test_the_status_cannot_be_written_past_the_door(stored: Stored) -> None:
    ticket = stored.ticket("refund_only", "pending_refund")
    with pytest.raises(AttributeError):
        ticket.status = "completed"
    with pytest.raises(TypeError):
        Ticket.objects.filter(pk=ticket.pk).update(status="completed")


def test_a_stale_copy_decides_nothing(stored: Stored) -> None:
    ticket = stored.ticket("return_refund", "pending_review")
    stale = Ticket.objects.get(pk=ticket.pk)
    advance(ticket.withdraw, actor=Actor("buyer", "alice"), now=NOW)
    with pytest.raises(IllegalTransition) as refused:
        advance(stale.approve, actor=Actor("merchant", "mei"), now=NOW)
    assert refused.value.details == {"verb": "approve", "status": "cancelled", "allowed": []}
