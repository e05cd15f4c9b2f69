"""Refunds and chargebacks of a payment share one cap (B-23), and nothing is sent while the bank decides."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from kernel.errors import Conflict, OverRefund
from orders import services as orders
from orders.models import Order, Payment
from refunds import services
from refunds.gateways import GatewayError, Outcome, Receipt
from refunds.jobs import send_refunds
from refunds.models import Chargeback, Refund
from tests.world import World

from ..helpers import UNKNOWN_THERE, YES, Scripted, carried_out, channel, later, paid, payment, reserve
from .steps import report, sums


def sent(world: World, wall: datetime | None = None) -> list[str]:
    """What a run of the sweep asks of the channel."""
    gateway = Scripted(*[YES] * 9)
    with channel(gateway):
        for refund in services.due(wall or later()):
            services.send(refund.pk, now=world.now, wall=wall or later())
    return [call for call, _number in gateway.calls]


def stored(refund: Refund) -> Refund:
    return Refund.objects.get(pk=refund.pk)


@pytest.mark.parametrize(("amount", "fits"), [("40.00", True), ("40.01", False), ("100.00", False)])
@pytest.mark.parametrize("status", ["open", "lost"])
def test_what_the_bank_has_cannot_be_refunded(world: World, status: str, amount: str, fits: bool) -> None:
    order = paid(world)
    report(world, order, "60.00", status)
    if fits:
        assert reserve(order, amount, now=world.now).on_hold == (status == "open")
    else:
        with pytest.raises(OverRefund, match="bank"):
            reserve(order, amount, now=world.now)
    assert sums(order) == (("40.00", "60.00", "0.00") if fits else ("0.00", "60.00", "40.00"))


def test_won_gives_all_of_it_free(world: World) -> None:
    order = paid(world)
    report(world, order)
    report(world, order, status="won")
    assert sums(order) == ("0.00", "0.00", "100.00")
    reserve(order, "100.00", now=world.now)


@pytest.mark.parametrize(
    "change", [{"charged_back": F("charged_back") + 1}, {"refunded": F("refunded") + 61}, {"lost": 50}]
)
def test_the_database_has_the_last_word(world: World, change: dict[str, Any]) -> None:
    order = paid(world)
    report(world, order, "40.00")
    with pytest.raises(IntegrityError, match=r"payment_(never_over_refunded|shared_cap)"), transaction.atomic():
        Payment.objects.filter(order=order).update(**change)


def test_a_refund_waits_for_the_bank_and_goes_on_when_it_is_won(world: World) -> None:
    order = paid(world, "PAY-W")
    refund = reserve(order, now=world.now)
    report(world, order, "30.00")
    assert stored(refund).on_hold
    assert sent(world) == []
    assert services.lease(later(), 10) == []
    assert services.send(refund.pk, now=world.now, wall=later()) is False
    report(world, order, "30.00", "won")
    assert not stored(refund).on_hold
    assert sent(world) == ["request"]
    assert stored(refund).status == "succeeded"


def test_one_that_is_reserved_while_the_bank_decides_waits_as_well(world: World) -> None:
    order = paid(world)
    report(world, order, "30.00")
    refund = reserve(order, "70.00", now=world.now)
    assert refund.on_hold
    assert send_refunds(later(), True).done == 0
    report(world, order, "30.00", "lost")
    assert sent(world) == ["request"]
    assert (stored(refund).status, sums(order)) == ("succeeded", ("70.00", "30.00", "0.00"))


def test_two_open_ones_wait_for_both(world: World) -> None:
    order = paid(world)
    refund = reserve(order, "20.00", now=world.now)
    report(world, order, "30.00", number="CB-1")
    report(world, order, "30.00", number="CB-2")
    report(world, order, "30.00", "won", number="CB-1")
    assert stored(refund).on_hold
    report(world, order, "30.00", "lost", number="CB-2")
    assert not stored(refund).on_hold
    assert sums(order) == ("20.00", "30.00", "50.00")


def test_what_may_have_left_is_only_asked_about(world: World) -> None:
    order = paid(world)
    refund = reserve(order, now=world.now)
    with channel(Scripted(GatewayError("?", permanent=False))):
        services.send(refund.pk, now=world.now)
    report(world, order)
    gateway = Scripted(UNKNOWN_THERE, UNKNOWN_THERE)
    with channel(gateway):
        assert services.send(refund.pk, now=world.now, wall=later(1)) is False
        assert services.send(refund.pk, now=world.now, wall=later(2)) is False
    assert [call for call, _ in gateway.calls] == ["query", "query"]
    row = stored(refund)
    assert (row.status, row.last_error, row.on_hold) == ("processing", "chargeback_open", True)
    report(world, order, status="won")
    gateway = Scripted(UNKNOWN_THERE, YES)
    with channel(gateway):
        assert services.send(refund.pk, now=world.now, wall=later(3)) is True
    assert [call for call, _ in gateway.calls] == ["query", "request"]


def test_one_that_had_left_and_arrived_is_paid_twice_and_the_chargeback_says_so(world: World) -> None:
    order = paid(world)
    refund = reserve(order, now=world.now)
    with channel(Scripted(GatewayError("?", permanent=False))):
        services.send(refund.pk, now=world.now)
    report(world, order)
    assert Chargeback.objects.get().excess == 0
    with channel(Scripted(YES)):
        assert services.send(refund.pk, now=world.now, wall=later()) is True
    assert Chargeback.objects.get().excess == Decimal("60.00")
    report(world, order, status="lost")
    assert Chargeback.objects.get().excess == Decimal("60.00")
    assert sums(order) == ("60.00", "40.00", "0.00")


def test_lost_with_one_that_never_arrived_at_the_channel(world: World) -> None:
    order = paid(world)
    refund = reserve(order, now=world.now)
    with channel(Scripted(GatewayError("?", permanent=False))):
        services.send(refund.pk, now=world.now)
    report(world, order)
    report(world, order, status="lost")
    assert stored(refund).status == "processing"  # nobody knows yet whether it left
    gateway = Scripted(UNKNOWN_THERE)
    with channel(gateway):
        assert services.send(refund.pk, now=world.now, wall=later()) is True
    row = stored(refund)
    assert (row.status, row.failure_reason, row.charged_back) == ("failed", "charged_back", Decimal("60.00"))
    assert sums(order) == ("0.00", "100.00", "0.00")
    assert Chargeback.objects.get().excess == 0


def test_lost_makes_the_latest_refunds_fail_and_sends_the_rest(world: World) -> None:
    """100 paid, 30 and 60 on their way, the bank takes 40: 30 is sent, of 60 the bank has paid 30, and 30 is sent."""
    order = paid(world)
    first, second = reserve(order, "30.00", now=world.now), reserve(order, "60.00", now=world.now)
    report(world, order, "40.00")
    report(world, order, "40.00", "lost")
    assert sums(order) == ("60.00", "40.00", "0.00")
    row = stored(second)
    assert (row.status, row.charged_back, row.failure_reason) == ("failed", Decimal("30.00"), "charged_back")
    rest = Refund.objects.get(retry_of=second)
    assert (rest.amount, rest.on_hold, stored(first).on_hold) == (Decimal("30.00"), False, False)
    assert sent(world) == ["request", "request"]
    assert {stored(first).status, stored(rest).status} == {"succeeded"}


def test_a_refund_that_makes_way_is_not_tried_again(world: World) -> None:
    order = paid(world)
    refund = reserve(order, now=world.now)
    report(world, order, status="lost")
    row = stored(refund)
    assert services.allowed_actions(row, world.actor("mei"), now=world.now) == []
    with pytest.raises(Conflict, match="bank"):
        services.retry(row, actor=world.actor("mei"), now=world.now)
    with pytest.raises(Conflict, match="bank"):
        services.settle_by_hand(row, proof="x", actor=world.actor("mei"), now=world.now)


def test_one_that_waits_is_not_pushed(world: World) -> None:
    order = paid(world)
    refund = reserve(order, now=world.now)
    report(world, order)
    with pytest.raises(Conflict, match="bank"):
        services.retry(refund, actor=world.actor("mei"), now=world.now)
    assert "retry" not in services.allowed_actions(stored(refund), world.actor("mei"), now=world.now)


def test_the_bank_pays_what_the_channel_had_refused(world: World) -> None:
    order = paid(world, "FAIL-1")
    refund = reserve(order, "60.00", now=world.now)
    services.send(refund.pk, now=world.now)
    report(world, order, "100.00", "lost")
    row = stored(refund)
    assert (row.status, row.charged_back) == ("failed", Decimal("60.00"))
    assert carried_out("FAIL-1") == []


def test_what_came_back_from_the_bank_is_first_the_chargebacks(world: World) -> None:
    """The channel refuses a refund for good while the bank decides: its money is held, and not free for another."""
    order = paid(world)
    refund = reserve(order, "60.00", now=world.now)
    with channel(Scripted(GatewayError("?", permanent=False))):
        services.send(refund.pk, now=world.now)
    report(world, order)
    with channel(Scripted(GatewayError("no", permanent=True))):
        services.send(refund.pk, now=world.now, wall=later())
    assert (stored(refund).status, sums(order)) == ("failed", ("0.00", "100.00", "0.00"))
    with pytest.raises(OverRefund):
        reserve(order, "1.00", now=world.now)
    report(world, order, status="lost")
    assert stored(refund).charged_back == Decimal("60.00")


@pytest.mark.parametrize(("amount", "excess"), [("40.00", "0.00"), ("40.01", "0.01"), ("100.00", "60.00")])
def test_a_chargeback_of_refunded_money_is_paid_twice(world: World, amount: str, excess: str) -> None:
    order = paid(world)
    refund = reserve(order, "60.00", now=world.now)
    with channel(Scripted(YES)):
        services.send(refund.pk, now=world.now)
    assert report(world, order, amount).excess == Decimal(excess)
    assert report(world, order, amount, "lost").excess == Decimal(excess)


def test_a_won_one_is_paid_twice_by_nobody(world: World) -> None:
    order = paid(world)
    refund = reserve(order, "60.00", now=world.now)
    with channel(Scripted(YES)):
        services.send(refund.pk, now=world.now)
    report(world, order)
    assert report(world, order, status="won").excess == 0


def test_reserving_costs_no_statement_more(world: World, django_assert_num_queries: Callable[..., Any]) -> None:
    row = payment(paid(world))
    with django_assert_num_queries(4):  # take, refund, sequence and row of the history
        services.reserve(row, Decimal(10), actor=world.actor("mei"), now=world.now)


def test_processing_at_the_channel_stays_so(world: World) -> None:
    order = paid(world)
    refund = reserve(order, now=world.now)
    with channel(Scripted(Receipt(Outcome.PROCESSING))):
        services.send(refund.pk, now=world.now)
    report(world, order, status="lost")
    with channel(Scripted(Receipt(Outcome.PROCESSING), YES)):
        assert services.send(refund.pk, now=world.now, wall=later(1)) is False
        assert services.send(refund.pk, now=world.now, wall=later(2)) is True
    assert Chargeback.objects.get().excess == Decimal("60.00")


@pytest.mark.parametrize(("status", "by_bank"), [("lost", "60.00"), ("open", "0.00")])
def test_a_refund_that_comes_back_is_not_owed_where_the_bank_has_paid(world: World, status: str, by_bank: str) -> None:
    order = paid(world)
    refund = reserve(order, "60.00", now=world.now)
    with channel(Scripted(YES)):
        services.send(refund.pk, now=world.now)
    report(world, order, "100.00", status)
    assert Chargeback.objects.get().excess == Decimal("60.00")
    with transaction.atomic():
        services.return_money(stored(refund), now=world.now)
    row = stored(refund)
    assert (row.status, row.charged_back, sums(order)) == ("returned", Decimal(by_bank), ("0.00", "100.00", "0.00"))
    assert Chargeback.objects.get().excess == 0


def refused(world: World, order: Order, *amounts: str) -> list[Refund]:
    """Refunds that the channel has refused for good, one after the other."""
    rows = []
    for amount in amounts:
        refund = reserve(order, amount, now=world.now)
        with channel(Scripted(GatewayError("no", permanent=True))):
            services.send(refund.pk, now=world.now)
        rows.append(stored(refund))
    return rows


@pytest.mark.parametrize(
    ("lost", "by_bank", "again"),
    [
        # More is owed of the payment than it ever had, as its split was reckoned without what had failed.
        ("30.00", ["0.00", "30.00"], ["7.50"]),
        ("10.00", ["0.00", "10.00"], ["27.50"]),
        ("60.00", ["0.00", "37.50"], []),
    ],
)
def test_the_word_of_the_bank_is_stored_whatever_is_owed(
    world: World, lost: str, by_bank: list[str], again: list[str]
) -> None:
    order = paid(world, amount="60.00")
    rows = refused(world, order, "30.00", "37.50")
    report(world, order, lost)
    assert report(world, order, lost, "lost").status == "lost"
    row = payment(order)
    given = [str(stored(refund).charged_back) for refund in rows]
    new = [str(refund.amount) for refund in Refund.objects.filter(retry_of__in=rows)]
    assert (row.disputed, str(row.charged_back)) == (0, lost)
    assert (given, new) == (by_bank, again)


def test_what_a_payment_does_not_hold_any_more_stays_refused(world: World) -> None:
    """Of the refused 50 the bank has given 10, and the other 40 were refunded for something else."""
    order = paid(world, amount="60.00")
    (refund,) = refused(world, order, "50.00")
    other = reserve(order, "40.00", now=world.now)
    with channel(Scripted(YES)):
        services.send(other.pk, now=world.now)
    report(world, order, "10.00", "lost")
    row = stored(refund)
    assert (row.status, row.charged_back, sums(order)) == ("failed", Decimal(0), ("40.00", "10.00", "10.00"))
    assert not Refund.objects.filter(retry_of=refund).exists()


def test_refused_refunds_make_way_together(world: World) -> None:
    """30 and 30 are owed of 100, and the bank takes 60: each would fit alone, both do not."""
    order = paid(world)
    first, second = refused(world, order, "30.00", "30.00")
    report(world, order, "60.00", "lost")
    assert (stored(first).charged_back, stored(second).charged_back) == (Decimal(0), Decimal("20.00"))
    rest = Refund.objects.get(retry_of=second)
    assert (rest.amount, sums(order)) == (Decimal("10.00"), ("10.00", "60.00", "30.00"))
    services.retry(stored(first), actor=world.actor("mei"), now=world.now)


def test_a_settlement_that_was_void_is_the_chargebacks_again(world: World) -> None:
    order = paid(world)
    (refund,) = refused(world, order, "100.00")
    for name in ("mei", "song"):
        services.settle_by_hand(refund, proof="slip", actor=world.actor(name), now=world.now)
    assert report(world, order, status="lost").excess == Decimal("100.00")
    with transaction.atomic():
        orders.lock(order.pk, shop_id=order.shop_id)
        voided = services.void_settlement(stored(refund), note="no", actor=world.actor("song"), now=world.now)
    assert (voided.status, voided.charged_back) == ("failed", Decimal("100.00"))
    assert (Chargeback.objects.get().excess, sums(order)) == (Decimal(0), ("0.00", "100.00", "0.00"))
