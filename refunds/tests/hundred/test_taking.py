"""Every path that takes money of a payment, a hundred times at the same moment: three have it, ninety-seven are told
that it is gone, and the channel pays three."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from orders.models import Order
from refunds import services
from refunds.gateways import Outcome
from refunds.machine import Status
from refunds.models import ChannelNotice, Redirection, Refund
from refunds.redirections.models import Target
from refunds.tests.chargebacks.steps import report
from refunds.tests.helpers import YES, Scripted, carried_out, channel, later, reserve
from tests.threads import dismissed, race  # noqa: F401
from tests.world import World

from .ninety import MANY, PART, check_three, ninety, notice, reserve_behind, rows, send_all

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
Deeds = Sequence[Callable[[], Any]]


def reserving(world: World, order: Order) -> Deeds:
    return [partial(reserve, order, str(PART), now=world.now)] * MANY


def reserving_behind(world: World, order: Order) -> Deeds:
    return [partial(reserve_behind, world, order)] * MANY


def retrying(status: str, world: World, order: Order) -> Deeds:
    mei = world.actor("mei")
    return [partial(services.retry, refund, actor=mei, now=world.now) for refund in rows(order, status)]


def settling(world: World, order: Order) -> Deeds:
    """One person has said how each was paid; the other says it of all of them at once."""
    song, first = world.actor("song"), world.mei.pk
    proposed = [
        row
        for status in (Status.FAILED, Status.RETURNED)
        for row in rows(order, status, MANY // 2, proposed_by=first, proof="slip")
    ]
    return [partial(services.settle_by_hand, row, proof="", actor=song, now=world.now) for row in proposed]


@pytest.mark.parametrize(
    "path",
    [
        reserving,
        reserving_behind,
        partial(retrying, Status.FAILED),
        partial(retrying, Status.RETURNED),
    ],
    ids=["reserve", "reserve-behind-bank", "retry-failed", "retry-returned"],
)
def test_sent_by_the_channel(world: World, path: Callable[[World, Order], Deeds]) -> None:
    order = ninety(world)
    answers = race(*path(world, order))
    assert sorted(answers) == ["ok"] * 3 + ["over_refund"] * 97
    check_three(order)
    send_all(world, order)
    assert {refund.status for refund in check_three(order)} == {Status.SUCCEEDED}
    assert carried_out("PAY-90") == [PART] * 3


def test_settled_by_hand(world: World) -> None:
    order = ninety(world)
    answers = race(*settling(world, order))
    assert sorted(answers) == ["ok"] * 3 + ["over_refund"] * 97
    assert {(row.status, row.confirmed_by) for row in check_three(order)} == {(Status.SUCCEEDED, world.song.pk)}
    assert carried_out("PAY-90") == []


def test_behind_a_bank_that_decides(world: World) -> None:
    """It holds all of the 90: what is owed whatever it decides waits, and no more than the payment was."""
    order = ninety(world)
    report(world, order, "90.00")
    answers = race(*reserving_behind(world, order), *reserving(world, order))
    assert sorted(answers) == ["ok"] * 3 + ["over_refund"] * 197
    assert Refund.objects.filter(on_hold=True).count() == 3
    report(world, order, "90.00", "won")
    send_all(world, order)
    check_three(order)
    assert carried_out("PAY-90") == [PART] * 3


def test_arrived_after_all_by_a_notice(world: World) -> None:
    """Its money went another way: a person looks, and nothing is counted."""
    order = ninety(world)
    answers = race(*[partial(notice, row, Outcome.SUCCEEDED, world) for row in rows(order, Status.RETURNED)])
    assert sorted(answers) == ["conflict"] * 97 + ["ok"] * 3
    assert {row.status for row in check_three(order)} == {Status.SUCCEEDED}
    assert ChannelNotice.objects.filter(flag="paid_otherwise").count() == 97


def test_arrived_after_all_by_a_look(world: World) -> None:
    order = ninety(world)
    looked = rows(order, Status.RETURNED, look_again_at=later(-1))
    with channel(Scripted(*[YES] * MANY)):
        answers = race(*[partial(services.look_again, row.pk, now=world.now, wall=later()) for row in looked])
    assert answers == ["ok"] * MANY
    assert {row.status for row in check_three(order)} == {Status.SUCCEEDED}
    assert Refund.objects.filter(status=Status.RETURNED, look_again_at__isnull=False).count() == 97


def redirecting(world: World, order: Order) -> Deeds:
    mei, song = world.mei.pk, world.actor("song")
    several = rows(order, Status.RETURNED, look_again_at=later(24), redirection_proposed_by=mei)
    proposals = Redirection.objects.bulk_create(
        Redirection(
            shop_id=order.shop_id, refund=row, target=Target.MERCHANT, note="Asked", proposed_by=mei,
            proposed_at=world.now,
        )
        for row in several
    )  # fmt: skip
    return [
        partial(services.confirm_redirection, row, redirection=chosen.pk, actor=song, now=world.now)
        for row, chosen in zip(several, proposals, strict=True)
    ]


def test_sent_on_to_another_account(world: World) -> None:
    order = ninety(world, "wechatpay")
    assert sorted(race(*redirecting(world, order))) == ["ok"] * 3 + ["over_refund"] * 97
    assert {(row.status, row.redirected_to) for row in check_three(order)} == {(Status.PROCESSING, "merchant")}
    assert Redirection.objects.filter(state="confirmed").count() == 3
