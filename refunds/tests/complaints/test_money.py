"""What the channel did with the money of a complaint, as a person says: a chargeback in the one cap (B-23)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from kernel.errors import Conflict, Forbidden, Invalid
from orders.models import Order
from refunds.complaints.money import report_money
from refunds.complaints.record import record_complaints
from refunds.gateways import ComplaintReport, ComplaintStatus
from refunds.models import Chargeback, Complaint, Refund
from tests.world import World

from ..chargebacks.steps import sums
from ..helpers import paid, payment, reserve


@pytest.fixture
def order(world: World) -> Order:
    return paid(world)


@pytest.fixture
def complaint(world: World, order: Order) -> Complaint:
    report = ComplaintReport("CP-1", ComplaintStatus.OPEN, "PENDING", ["PAY-1"], world.now, amount=Decimal("30.00"))
    rows = order.payments.select_related("order")
    return record_complaints(rows, report, asked_at=world.now, now=world.now)[0]


def say(world: World, complaint: Complaint, status: str, amount: str = "30.00", who: str = "mei", **more: Any) -> None:
    said = {"note": "Merchant platform, case page", "now": world.now, **more}
    actor = world.actor(who, world.lantern)
    report_money(complaint, amount=Decimal(amount), chargeback_status=status, actor=actor, **said)


def test_a_complaint_alone_takes_nothing(world: World, order: Order, complaint: Complaint) -> None:
    assert sums(order) == ("0.00", "0.00", "100.00")
    assert not reserve(order, "100.00", now=world.now).on_hold
    assert not Chargeback.objects.exists()


def test_money_that_is_held_waits_and_comes_back(world: World, order: Order, complaint: Complaint) -> None:
    refund = reserve(order, "60.00", now=world.now)
    say(world, complaint, "open")
    assert sums(order) == ("60.00", "30.00", "10.00")
    assert Refund.objects.get(pk=refund.pk).on_hold
    chargeback = Chargeback.objects.get()
    assert (chargeback.chargeback_no, chargeback.reason) == ("CP-1", "complaint")
    say(world, complaint, "won", now=world.now + timedelta(hours=1))
    assert sums(order) == ("60.00", "0.00", "40.00")
    assert not Refund.objects.get(pk=refund.pk).on_hold
    assert [row.actor_kind for row in chargeback.history()] == ["merchant", "merchant"]
    assert [row.action for row in complaint.history()] == ["create", "report_money", "report_money"]


def test_money_that_the_buyer_has_is_not_refunded_again(world: World, order: Order, complaint: Complaint) -> None:
    refund = reserve(order, "100.00", now=world.now)
    say(world, complaint, "lost", who="sun")
    assert sums(order) == ("70.00", "30.00", "0.00")
    made_way = Refund.objects.get(pk=refund.pk)
    assert (made_way.status, made_way.charged_back) == ("failed", Decimal("30.00"))
    assert Refund.objects.get(retry_of=made_way).amount == Decimal("70.00")


def test_the_channel_may_hold_it_again(world: World, order: Order, complaint: Complaint) -> None:
    for hour, status in enumerate(("open", "won", "open", "lost")):
        say(world, complaint, status, who="sun", now=world.now + timedelta(hours=hour))
    assert (Chargeback.objects.get().status, sums(order)[1]) == ("lost", "30.00")


def test_support_may_and_nobody_else(world: World, order: Order, complaint: Complaint) -> None:
    for who in ("wen", "alice", "oms"):
        with pytest.raises(Forbidden):
            say(world, complaint, "open", who=who)
    assert not Chargeback.objects.exists()
    say(world, complaint, "open", who="sun")
    assert Chargeback.objects.exists()


def test_a_manager_alone_does_not_say_that_the_buyer_was_paid(world: World, order: Order, complaint: Complaint) -> None:
    """It would end what the shop owes by the shop's own word."""
    refund = reserve(order, "100.00", now=world.now)
    for before in ("", "open"):
        if before:
            say(world, complaint, before)
        with pytest.raises(Forbidden, match="platform support"):
            say(world, complaint, "lost")
    assert Chargeback.objects.get().status == "open"
    assert Refund.objects.get(pk=refund.pk).status == "pending"


@pytest.mark.parametrize(
    ("amount", "note", "field"), [("100.01", "Case", "amount"), ("0.00", "Case", "amount"), ("1.00", " ", "note")]
)
def test_bad_input_stores_nothing(world: World, complaint: Complaint, amount: str, note: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        say(world, complaint, "open", amount, note=note)
    assert list(refused.value.errors or {}) == [field]
    assert not Chargeback.objects.exists()
    assert complaint.history().count() == 1


def test_another_amount_is_another_case(world: World, complaint: Complaint) -> None:
    say(world, complaint, "open")
    with pytest.raises(Conflict):
        say(world, complaint, "won", "20.00")


def test_the_shops_own_system_reports_the_same_chargeback(world: World, order: Order, complaint: Complaint) -> None:
    from ..chargebacks.steps import report

    say(world, complaint, "open")
    report(world, order, "30.00", "lost", "CP-1", transaction_no=payment(order).transaction_no)
    assert [row.status for row in Chargeback.objects.all()] == ["lost"]
