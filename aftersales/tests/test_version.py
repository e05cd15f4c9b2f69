"""A decision is bound to what was seen: a version that is not the present one decides nothing (contract §5)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from aftersales import services
from aftersales.models import Ticket
from aftersales.rules.application import Application, LineRequest
from kernel.actors import CLOCK
from kernel.errors import Conflict, DomainError, Forbidden
from refunds.models import Refund
from tests.desk import Desk
from tests.world import NOW, World

from .desk_api import BILL, TICKETS, ApiDesk
from .test_verbs import STATES, VERBS

pytestmark = pytest.mark.django_db
DECIDES = {
    "approve": "pending_review",
    "reject": "pending_review",
    "receive": "pending_refund, under way",
    "refuse_goods": "pending_refund, under way",
    "reship": "pending_reship",
    "convert": "pending_reship",
}


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def small(desk: Desk, order: Any) -> Application:
    line = order.lines.get()
    return Application(
        "refund_only", "compensation", (LineRequest(line.pk, 1),), claimed_amount=Decimal("1.00"), received=True
    )


def large(desk: Desk, order: Any) -> Application:
    line = order.lines.get()
    return Application(
        "refund_only", "compensation", (LineRequest(line.pk, 1),), claimed_amount=Decimal("199.00"), received=True
    )


def test_every_move_makes_a_version(desk: Desk) -> None:
    ticket = desk.apply(desk.world.delivered(), quantity=1)
    assert ticket.version == 1
    ticket = services.amend(ticket, desk.application(ticket.order, "return_refund", "quality"), actor=desk.buyer,
                            now=NOW)  # fmt: skip
    assert ticket.version == 2
    ticket = desk.approve(ticket)
    assert ticket.version == 3
    ticket = desk.ship_back(desk.ship_back(ticket), tracking_no="SF2")
    assert Ticket.objects.get(pk=ticket.pk).version == ticket.version == 5


@pytest.mark.parametrize("verb", DECIDES)
def test_another_version_decides_nothing(desk: Desk, verb: str) -> None:
    ticket = Ticket.objects.get(pk=STATES[DECIDES[verb]](desk).pk)
    moves, refunds = ticket.history().count(), Refund.objects.count()
    for version in (ticket.version - 1, ticket.version + 1):
        with pytest.raises(Conflict, match="has changed") as refused:
            VERBS[verb](desk, ticket, {"version": version, "actor": desk.merchant, "now": NOW})
        assert (refused.value.code, refused.value.details["version"]) == ("conflict", ticket.version)
    with pytest.raises(Forbidden):  # who may not do it is told that first
        VERBS[verb](desk, ticket, {"version": 0, "actor": desk.support, "now": NOW})
    now = Ticket.objects.get(pk=ticket.pk)
    assert (now.status, now.version, now.history().count()) == (ticket.status, ticket.version, moves)
    assert Refund.objects.count() == refunds
    VERBS[verb](desk, ticket, {"version": ticket.version, "actor": desk.merchant, "now": NOW})


def test_an_amended_application_is_not_what_the_merchant_saw(desk: Desk) -> None:
    ticket = desk.apply(desk.world.delivered(lines=[("TEE", "199.00", 1)]), "return_refund", "quality")
    seen = ticket.version
    services.amend(ticket, large(desk, ticket.order), actor=desk.buyer, now=NOW)
    with pytest.raises(Conflict):
        desk.approve(ticket, version=seen)
    assert not Refund.objects.exists()
    now = Ticket.objects.get(pk=ticket.pk)
    assert (now.status, now.type, now.version) == ("pending_review", "refund_only", seen + 1)
    assert desk.approve(ticket, version=now.version).status == "pending_refund"


def test_the_clock_and_programs_need_not_name_one(desk: Desk) -> None:
    ticket = desk.apply(desk.world.delivered(), quantity=1)
    assert services.approve(ticket, actor=CLOCK, now=NOW).status == "pending_return"


# --- over HTTP --------------------------------------------------------------------------------------------


def test_the_answer_tells_the_version_and_a_stale_one_is_a_conflict(apidesk: ApiDesk, world: World) -> None:
    order = world.delivered(lines=[("TEE", "199.00", 1)])
    ticket = apidesk.apply(order, reason="quality", evidence=[apidesk.photo()])
    assert ticket["version"] == 1
    assert [row["version"] for row in apidesk.api("mei").get(TICKETS).json()["results"]] == [1]
    changed = apidesk.body(order, "refund_only", "compensation", claimed_amount="199.00", received=True)
    assert apidesk.do("alice", ticket, "amend", **changed)["version"] == 2
    answer = apidesk.post("mei", ticket, "approve", {"version": 1})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert answer.json()["details"] == {"version": 2}
    assert apidesk.row(ticket).status == "pending_review"
    assert not Refund.objects.exists()
    assert apidesk.do("mei", ticket, "approve", version=2)["version"] > 2


@pytest.mark.parametrize("version", ["1", None, True, -1, 1.5, 2**63, [1]])
def test_a_version_is_a_whole_number(apidesk: ApiDesk, world: World, version: Any) -> None:
    ticket = apidesk.apply(world.delivered(), quantity=1)
    answer = apidesk.post("mei", ticket, "approve", {"version": version})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["version"])
    assert apidesk.row(ticket).status == "pending_review"


def test_every_deciding_verb_takes_it(apidesk: ApiDesk, world: World) -> None:
    ticket = apidesk.apply(world.delivered(), quantity=1)
    bodies: dict[str, dict[str, Any]] = {
        "approve": {},
        "reject": {"reason": "No"},
        "receive": {"units": apidesk.units(ticket)},
        "refuse-goods": {"reason": "Worn"},
        "reship": BILL,
        "convert": {"to": "refund_only"},
    }
    for verb, body in bodies.items():
        answer = apidesk.post("mei", ticket, verb, body | {"version": 77})
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict"), verb


# --- at the same moment -----------------------------------------------------------------------------------


def at_once(*deeds: Callable[[], Any]) -> list[str]:
    start = Barrier(len(deeds))

    def run(deed: Callable[[], Any]) -> str:
        start.wait()
        try:
            deed()
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()
        return "ok"

    with ThreadPoolExecutor(len(deeds)) as crew:
        return list(crew.map(run, deeds))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_an_amendment_at_the_same_moment_is_never_paid_unseen(desk: Desk) -> None:
    for _round in range(12):
        order = desk.world.delivered(lines=[("TEE", "199.00", 1)])
        ticket = services.apply(order, small(desk, order), actor=desk.buyer, now=NOW)
        mine, theirs = Ticket.objects.get(pk=ticket.pk), Ticket.objects.get(pk=ticket.pk)
        answers = at_once(
            partial(services.amend, mine, large(desk, order), actor=desk.buyer, now=NOW),
            partial(desk.approve, theirs, version=1),
        )
        now = Ticket.objects.get(pk=ticket.pk)
        if answers == ["ok", "conflict"]:  # amended first
            assert (now.status, now.requested_amount) == ("pending_review", Decimal("199.00"))
        else:
            assert answers == ["illegal_transition", "ok"]
            assert now.approved_amount == Decimal("1.00")
