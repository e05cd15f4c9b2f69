"""Money that went back another way: two different people say so."""

from datetime import datetime
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from accounts.invitations import accept
from accounts.models import Membership, Role, User
from accounts.services import set_member
from kernel.errors import Conflict, Forbidden, IllegalTransition, Invalid, OverRefund
from refunds import services
from refunds.machine import Status
from refunds.models import Refund
from refunds.signals import refund_settled
from tests.browser import Sit
from tests.world import DAY, NOW, SECOND, World

from .helpers import payment, reserve
from .test_retry import failed, unknown


def settle(refund: Refund, world: World, name: str, proof: str = "bank slip 42") -> Refund:
    actor = world.actor(name, world.lantern)
    return services.settle_by_hand(refund, proof=proof, note="by phone", actor=actor, now=world.now)


def test_it_needs_two_people(world: World) -> None:
    heard: list[str] = []

    def hear(refunds: list[Refund], **kwargs: Any) -> None:
        heard.extend(refund.refund_no for refund in refunds)

    refund = failed(world)
    refund_settled.connect(hear)
    try:
        proposed = settle(refund, world, "mei")
        assert (proposed.status, proposed.proof, proposed.proposed_by) == (
            Status.FAILED,
            "bank slip 42",
            world.mei.pk,
        )
        assert payment(refund.payment.order).refunded == 0
        assert heard == []
        done = settle(refund, world, "song", proof="")
    finally:
        refund_settled.disconnect(hear)
    assert (done.status, done.settled_at, done.failure_reason) == (Status.SUCCEEDED, world.now, "")
    assert payment(refund.payment.order).refunded == Decimal("60.00")
    assert heard == [refund.refund_no]
    assert [(h.action, h.actor_name) for h in done.history()][-2:] == [
        ("propose_settlement", "mei"),
        ("settle_by_hand", "song"),
    ]


def test_the_same_person_twice_is_refused(world: World) -> None:
    refund = failed(world)
    settle(refund, world, "mei")
    with pytest.raises(Forbidden, match="omeone else"):
        settle(refund, world, "mei")
    assert Refund.objects.get(pk=refund.pk).status == Status.FAILED


def test_a_proposal_needs_a_proof(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        settle(failed(world), world, "mei", proof="  ")
    assert refused.value.errors is not None
    assert list(refused.value.errors) == ["proof"]


@pytest.mark.parametrize("name", ["alice", "wen", "oms"])
def test_neither_buyer_nor_agent_nor_program(world: World, name: str) -> None:
    refund = failed(world)
    with pytest.raises(Forbidden):
        settle(refund, world, name)
    settle(refund, world, "mei")
    with pytest.raises(Forbidden):
        settle(refund, world, name)


def test_only_after_a_definite_failure(world: World) -> None:
    with pytest.raises(IllegalTransition):
        settle(unknown(world), world, "mei")


def test_never_twice(world: World) -> None:
    refund = failed(world)
    settle(refund, world, "mei")
    settle(refund, world, "song")
    with pytest.raises(IllegalTransition):
        settle(refund, world, "sun")
    assert payment(refund.payment.order).refunded == Decimal("60.00")


def test_never_beside_a_retry(world: World) -> None:
    """A proposal, then a retry: the confirmation would pay a second time."""
    refund = failed(world)
    settle(refund, world, "mei")
    services.retry(refund, actor=world.actor("mei"), now=world.now)
    with pytest.raises(Conflict):
        settle(refund, world, "song")
    settled = failed(world, "FAIL-2")
    settle(settled, world, "mei")
    settle(settled, world, "song")
    with pytest.raises(IllegalTransition):
        services.retry(settled, actor=world.actor("mei"), now=world.now)


def test_the_money_is_set_aside_again(world: World) -> None:
    refund = failed(world)
    settle(refund, world, "mei")
    reserve(refund.payment.order, "60.00", now=world.now)
    with pytest.raises(OverRefund):
        settle(refund, world, "song")
    assert Refund.objects.get(pk=refund.pk).status == Status.FAILED


# --- who may be the second person (contract §5) ----------------------------------------------------------------


def member(world: World, name: str, *, since: datetime | None, role: str = Role.MANAGER) -> Membership:
    long_ago = NOW - 400 * DAY
    return Membership.objects.create(
        shop=world.lantern, user=world.users[name], role=role, accepted_at=long_ago, role_since=since
    )


@pytest.mark.parametrize(
    ("since", "possible"),
    [
        (NOW - 30 * DAY + SECOND, False),
        (NOW - 30 * DAY, True),
        (NOW - 30 * DAY - SECOND, True),
        (None, False),
    ],
)
def test_a_second_manager_has_been_one_for_thirty_days(world: World, since: datetime | None, possible: bool) -> None:
    refund = failed(world)
    proposed = settle(refund, world, "mei")
    member(world, "eve", since=since)
    eve = world.actor("eve", world.lantern)
    assert ("settle" in services.allowed_actions(proposed, eve, now=NOW)) is possible
    if possible:
        assert settle(refund, world, "eve").status == Status.SUCCEEDED
        return
    with pytest.raises(Forbidden, match="supervisor of platform support: the shop has no other manager"):
        settle(refund, world, "eve")
    assert payment(refund.payment.order).refunded == 0


def test_who_was_appointed_since_is_none(world: World) -> None:
    """By the services: the first person appoints the second one, who accepts; a promotion begins anew as well."""
    refund = failed(world)
    settle(refund, world, "mei")
    mei = world.actor("mei")
    for name, role in (("eve", Role.MANAGER), ("wen", Role.MANAGER)):
        added = set_member(world.lantern, world.users[name], role=role, review_limit=None, actor=mei, now=NOW)
        accept(added, user=world.users[name], now=NOW)
        stored = Membership.objects.get(pk=added.pk)
        assert stored.role_since == NOW
        world.users[name] = User.objects.get(username=name)  # a new request reads the role anew
        with pytest.raises(Forbidden, match="Ask a supervisor"):
            settle(refund, world, name)
    # wen was an agent for long; what counts is since when they manage.
    assert Membership.objects.get(user__username="wen").accepted_at == NOW - 60 * DAY
    later = NOW + 30 * DAY
    settled = services.settle_by_hand(refund, proof="", actor=world.actor("wen"), now=later)
    assert settled.status == Status.SUCCEEDED


def test_another_limit_or_the_same_role_begins_nothing_anew(world: World) -> None:
    mei = world.actor("mei")
    set_member(world.lantern, world.wen, role=Role.AGENT, review_limit=Decimal(300), actor=mei, now=NOW)
    assert Membership.objects.get(user=world.wen).role_since == NOW - 60 * DAY


def test_neither_a_manager_of_another_shop_nor_who_was_switched_off_nor_an_agent_of_support(world: World) -> None:
    refund = failed(world)
    proposed = settle(refund, world, "mei")
    member(world, "eve", since=NOW - 60 * DAY)
    User.objects.filter(username="eve").update(is_active=False)
    for actor in (world.actor("eve", world.lantern), world.actor("sun")):
        assert "settle" not in services.allowed_actions(proposed, actor, now=NOW)
        with pytest.raises(Forbidden):
            services.settle_by_hand(refund, proof="", actor=actor, now=NOW)
    rui = world.actor("rui", world.harbor)
    with pytest.raises(Forbidden):
        services.settle_by_hand(refund, proof="", actor=rui, now=NOW)
    assert payment(refund.payment.order).refunded == 0


def test_the_page_names_whom_to_ask(world: World, sit: Sit) -> None:
    refund = failed(world)
    settle(refund, world, "mei")
    page = reverse("admin:refunds_refund_change", args=[refund.pk])
    body = unescape(sit("mei").get(page).content.decode())
    assert "bank slip 42" in body
    assert "Ask a supervisor of platform support: the shop has no other manager" in body
    assert "Settle manually" not in body.replace("Manual settlement", "")
    member(world, "eve", since=NOW - 60 * DAY)
    body = unescape(sit("mei").get(page).content.decode())
    assert "Ask eve, or a supervisor of platform support." in body
    assert "Settle manually" in unescape(sit("song").get(page).content.decode())
