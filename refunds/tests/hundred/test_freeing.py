"""Every path by which money of a payment is free again, beside others who want it at the same moment: what was given
free once is taken once."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from kernel.errors import Conflict
from kernel.money import ZERO
from orders import services as orders
from orders.models import Order
from refunds import services
from refunds.gateways import Outcome
from refunds.machine import UNPAID, Status
from refunds.models import Chargeback, LedgerEntry, Redirection, Refund
from refunds.tests.chargebacks.steps import report
from refunds.tests.helpers import channel, later, payment, reserve
from refunds.tests.test_ledger import differences
from tests.threads import dismissed, race  # noqa: F401
from tests.world import World

from .ninety import MANY, PART, REFUSALS, WHOLE, Channel, check_three, fill_up, holding, ninety, notice, send_all

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
OTHERS = 70  # beside each of three refunds ten times
FREED = ("failed", "returned", "voided", "won")
Step = Callable[[], Any]


def three(world: World, order: Order) -> list[Refund]:
    return [reserve(order, str(PART), now=world.now) for _ in range(3)]


def refused(world: World, order: Order, there: Channel) -> list[Step]:
    several = three(world, order)
    there.refuses = {row.refund_no for row in several}
    return [partial(services.send, row.pk, now=world.now) for row in several]


def sent_back(world: World, order: Order, there: Channel) -> list[Step]:
    several = three(world, order)
    send_all(world, order)
    return [partial(notice, row, Outcome.RETURNED, world) for row in several]


def voided(world: World, order: Order, there: Channel) -> list[Step]:
    several = three(world, order)
    there.refuses = {row.refund_no for row in several}
    send_all(world, order)
    for row in several:
        for name in ("mei", "song"):
            services.settle_by_hand(row, proof="slip", actor=world.actor(name), now=world.now)

    def void(row: Refund) -> None:
        with transaction.atomic():
            orders.lock(order.pk, shop_id=order.shop_id)
            services.void_settlement(row, note="Nothing came", actor=world.actor("song"), now=world.now)

    return [partial(void, row) for row in several]


def called_off(world: World, order: Order, there: Channel) -> list[Step]:
    """It had left as far as anybody knew; two people called it off, and the channel does not know it."""
    several = three(world, order)
    mei, song = world.mei.pk, world.song.pk
    for row in several:
        services.claim([row.pk], now=world.now, wall=later(-3))
    Refund.objects.update(
        called_off_at=later(-2), call_off_proposed_by=mei, call_off_confirmed_by=song, call_off_note="Not there",
        next_attempt_at=later(-1), claimed_until=None,
    )  # fmt: skip
    return [partial(services.send, row.pk, now=world.now) for row in several]


def came_to_the_shop(world: World, order: Order, there: Channel) -> list[Step]:
    """Two people had it sent to the shop, and the channel says that it is paid."""
    order.payments.update(channel="wechatpay")
    several = three(world, order)
    for row in several:
        services.claim([row.pk], now=world.now, wall=later(-3))
        Refund.objects.filter(pk=row.pk).update(
            redirected_to="merchant", redirected_at=later(-1), next_attempt_at=later(-1), claimed_until=None
        )
        there.paid[row.refund_no] = PART
    Redirection.objects.bulk_create(
        Redirection(
            shop_id=order.shop_id, refund=row, target="merchant", note="Asked", state="sent",
            proposed_by=world.mei.pk, proposed_at=world.now, confirmed_by=world.song.pk, confirmed_at=world.now,
            asked_at=later(-1),
        )
        for row in several
    )  # fmt: skip
    return [partial(services.send, row.pk, now=world.now) for row in several]


def won(world: World, order: Order, there: Channel) -> list[Step]:
    for number in range(3):
        report(world, order, str(PART), number=f"CB-{number}")
    return [partial(report, world, order, str(PART), "won", number=f"CB-{number}") for number in range(3)]


def others(world: World, order: Order) -> Sequence[Step]:
    """Who wants money of the payment: new refunds, and those that try again or settle what failed and came back."""
    mei, song = world.actor("mei"), world.actor("song")

    def again(row: int) -> None:
        refund = Refund.objects.filter(payment__order=order, status__in=UNPAID).order_by("pk")[row : row + 1].first()
        if refund is None:
            raise Conflict()
        services.retry(refund, actor=mei, now=world.now)

    def by_hand(row: int) -> None:
        refund = Refund.objects.filter(payment__order=order, status__in=UNPAID).order_by("-pk")[row : row + 1].first()
        if refund is None:
            raise Conflict()
        services.settle_by_hand(refund, proof="slip", actor=song if refund.proposed_by else mei, now=world.now)

    several: list[Step] = [partial(reserve, order, str(PART), now=world.now)] * (OTHERS // 2)
    return several + [partial(step, row % 3) for row in range(OTHERS // 4 + 1) for step in (again, by_hand)]


@pytest.mark.parametrize("path", [refused, sent_back, voided, called_off, came_to_the_shop, won])
def test_taken_once(world: World, path: Callable[[World, Order, Channel], list[Step]]) -> None:
    order, there = ninety(world), Channel()
    with channel(there, "sandbox"), channel(there, "wechatpay"):
        frees = path(world, order, there)
        wanting = others(world, order)
        deeds = [deed for part in zip(frees * 10, wanting[:30], strict=True) for deed in part]
        answers = race(*deeds, *wanting[30:])
        assert set(answers) <= REFUSALS
        fill_up(order, world.now)
        check_three(order)
        send_all(world, order)
    held = check_three(order)
    assert {refund.status for refund in held} == {Status.SUCCEEDED}
    entries = LedgerEntry.objects.filter(kind__in=FREED).values_list("number", flat=True)
    freed = set(entries)
    assert len(freed) == 3, "the three, and nobody who took their money"
    by_channel = {row.refund_no for row in held if row.confirmed_by is None}
    assert by_channel == set(there.paid) - freed


def test_lost_to_the_bank(world: World) -> None:
    """Three refunds wait; the bank gives the buyer all of it. They make way, and nobody else finds anything."""
    order, there = ninety(world), Channel()
    with channel(there):
        several = three(world, order)
        report(world, order, "90.00")
        lost = [partial(report, world, order, "90.00", "lost")] * 10
        sends = [partial(services.send, row.pk, now=world.now) for row in several] * 5
        answers = race(*lost, *sends, *others(world, order))
        assert set(answers) <= REFUSALS
        send_all(world, order)
    of = payment(order)
    assert (holding(order), of.refunded, of.charged_back, there.paid) == ([], ZERO, WHOLE, {})
    assert [row.charged_back for row in Refund.objects.all()] == [PART] * 3
    assert differences() == []


def test_half_of_it_lost(world: World) -> None:
    """45 by the bank and 45 by refunds, however the two meet."""
    order, there = ninety(world), Channel()
    with channel(there):
        several = three(world, order)
        report(world, order, "45.00")
        sends = [partial(services.send, row.pk, now=world.now) for row in several] * 5
        lost = [partial(report, world, order, "45.00", "lost")] * 15
        assert set(race(*lost, *sends, *others(world, order))) <= REFUSALS
        send_all(world, order)
    of = payment(order)
    assert (of.refunded, of.charged_back) == (Decimal(45), Decimal(45))
    assert sorted(there.paid.values()) == [Decimal(15), PART]
    assert differences() == []


def test_a_hundred_reports_of_chargebacks(world: World) -> None:
    """What a bank says is never refused; what it has is no refund's. Together they have the 90."""
    order = ninety(world)
    reports = [partial(report, world, order, str(PART), number=f"CB-{number % 10}") for number in range(MANY)]
    wanting = [partial(reserve, order, str(PART), now=world.now)] * 30
    answers = race(*[deed for pair in zip(wanting, reports, strict=False) for deed in pair], *reports[30:])
    assert answers.count("over_refund") >= 27
    assert set(answers) == {"ok", "over_refund"}
    of, held = payment(order), holding(order)
    assert Chargeback.objects.count() == 10
    assert all(row.on_hold for row in held)
    assert of.refunded == PART * len(held)
    assert of.refunded + of.charged_back == WHOLE
    assert differences() == []
