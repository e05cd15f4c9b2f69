"""The few rules about what may be done that look further than the machine's state."""

import pytest

from accounts.models import Shop
from aftersales import services
from aftersales.access import buyers_turn
from aftersales.models import Reason, Ticket
from aftersales.states import Status
from kernel.actors import Actor
from tests.desk import Desk
from tests.world import NOW

from ..rules.eligibility import no_reason_return

BUYER = Actor("buyer", "alice", 1)


def replacement(**facts):
    return Ticket(
        shop=Shop(),
        **{"type": "exchange", "status": Status.PENDING_RESHIP, "received_at": NOW, "overdue_since": NOW} | facts,
    )


@pytest.mark.parametrize(
    ("facts", "may"),
    [
        ({}, True),
        ({"status": Status.RESHIPPED, "lost_at": NOW}, True),
        ({"status": Status.RESHIPPED}, False),
        ({"type": "reissue", "received_at": None}, True),
        ({"overdue_since": None}, False),
        ({"received_at": None}, False),
        ({"status": Status.PENDING_RETURN}, False),
        ({"status": Status.COMPLETED}, False),
    ],
)
def test_a_buyer_asks_for_the_money_only_of_a_late_shop_that_has_the_goods(facts, may):
    assert ("convert" in services.allowed_actions(replacement(**facts), BUYER, now=NOW)) is may


def test_the_shop_may_convert_before_it_is_late():
    manager = Actor("merchant", "mei", 2, "manager")
    assert "convert" in services.allowed_actions(replacement(overdue_since=None), manager, now=NOW)


def test_goods_that_came_back_become_a_return_and_others_a_refund_only():
    assert services.refund_instead(replacement()) == "return_refund"
    assert services.refund_instead(replacement(received_at=None)) == "refund_only"


@pytest.mark.parametrize(
    ("type_", "reason", "asked"),
    [
        ("return_refund", "no_reason", True),
        ("return_refund", "quality", False),
        ("exchange", "no_reason", False),
    ],
)
def test_a_ground_is_asked_for_returns_without_a_reason_alone(type_, reason, asked):
    assert no_reason_return(Ticket(type=type_, reason=Reason(code=reason))) is asked


def test_what_waits_for_the_buyer_is_their_own_and_theirs_to_do(world):
    desk = Desk(world)
    ticket = desk.apply(world.delivered())
    assert not buyers_turn(world.users["alice"]).exists()
    desk.approve(ticket)
    assert list(buyers_turn(world.users["alice"])) == [ticket]
    for name in ("bob", "mei"):
        assert not buyers_turn(world.users[name]).exists(), name
