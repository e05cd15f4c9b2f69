"""Money that the bank sends back after the channel had said yes: free again, once, and sent another way."""

from decimal import Decimal

import pytest
from django.db import transaction

from kernel.errors import Conflict, IllegalTransition, OverRefund
from orders import services as orders
from refunds import services, worklist
from refunds.gateways import Outcome, Receipt
from refunds.machine import Status
from refunds.models import Refund
from refunds.privacy import money_on_its_way
from refunds.services.receipts import Facts
from refunds.services.returned import settle_late
from refunds.signals import refund_returned
from tests.fixtures import Login
from tests.threads import dismissed, race  # noqa: F401
from tests.world import World

from .helpers import BUSY, YES, Scripted, carried_out, channel, later, paid, payment, reserve

pytestmark = pytest.mark.django_db
BACK = Receipt(Outcome.RETURNED)


def sent(world: World, *answers: Receipt, number: str = "PAY-1") -> Refund:
    refund = reserve(paid(world, number), now=world.now)
    with channel(Scripted(*answers)):
        for attempt in range(len(answers)):
            services.send(refund.pk, now=world.now, wall=later(attempt + 1))
    return fresh(refund)


def fresh(refund: Refund) -> Refund:
    return Refund.objects.select_related("payment__order").get(pk=refund.pk)


def bring_back(refund: Refund, world: World, reason: str = "account closed") -> Refund:
    with transaction.atomic():
        orders.lock(refund.payment.order_id, shop_id=refund.shop_id)
        return services.return_money(fresh(refund), reason=reason, now=world.now)


def reserved(refund: Refund) -> Decimal:
    return payment(refund.payment.order).refunded


@pytest.mark.parametrize("answers", [(BACK,), (BUSY, BACK)])
def test_it_comes_back_while_under_way(world: World, answers: tuple[Receipt, ...]) -> None:
    refund = sent(world, *answers)
    assert (refund.status, refund.failure_reason, refund.returned_at) == (Status.RETURNED, "returned", world.now)
    assert (refund.next_attempt_at, refund.claimed_until, refund.settled_at) == (None, None, None)
    assert refund.why_failed == "The bank sent the money back."
    assert reserved(refund) == 0


def test_it_comes_back_after_the_yes(world: World) -> None:
    refund = sent(world, YES)
    assert (refund.status, reserved(refund)) == (Status.SUCCEEDED, Decimal("60.00"))
    seen: list[Refund] = []

    def see(refund: Refund, **_: object) -> None:
        seen.append(refund)

    refund_returned.connect(see)
    try:
        bring_back(refund, world)
    finally:
        refund_returned.disconnect(see)
    assert [row.pk for row in seen] == [refund.pk]
    row = fresh(refund)
    assert (row.status, row.failure_reason, row.settled_at) == (Status.RETURNED, "account closed", None)
    assert reserved(refund) == 0
    with pytest.raises(IllegalTransition):  # a second report moves nothing
        bring_back(refund, world)
    assert reserved(refund) == 0


@pytest.mark.django_db(transaction=True)
def test_ten_reports_at_once_free_it_once(world: World) -> None:
    refund = sent(world, YES)
    answers = race(*[lambda: bring_back(refund, world)] * 10)
    assert sorted(answers) == ["illegal_transition"] * 9 + ["ok"]
    assert reserved(refund) == 0


def test_another_way_is_a_new_number(world: World) -> None:
    refund = sent(world, BACK)
    new = services.retry(refund, actor=world.actor("mei"), now=world.now)
    assert (new.retry_of, new.refund_no == refund.refund_no, reserved(refund)) == (refund, False, Decimal("60.00"))
    with pytest.raises(Conflict):
        services.retry(refund, actor=world.actor("mei"), now=world.now)


def test_another_way_is_by_hand_with_two_people(world: World) -> None:
    refund = sent(world, BACK)
    services.settle_by_hand(refund, proof="T-1", actor=world.actor("mei"), now=world.now)
    assert fresh(refund).status == Status.RETURNED
    services.settle_by_hand(refund, proof="", actor=world.actor("song"), now=world.now)
    assert (fresh(refund).status, reserved(refund)) == (Status.SUCCEEDED, Decimal("60.00"))


def after_all(refund: Refund, world: World) -> Refund:
    with transaction.atomic():
        orders.lock(refund.payment.order_id, shop_id=refund.shop_id)
        return settle_late(fresh(refund), Facts(trace_no="T-1"), now=world.now)


def test_it_arrives_after_all(world: World) -> None:
    refund = sent(world, BACK)
    after_all(refund, world)
    row = fresh(refund)
    assert (row.status, row.returned_at, row.trace_no, reserved(row)) == ("succeeded", None, "T-1", Decimal("60.00"))


def test_it_arrives_after_another_was_sent_instead(world: World) -> None:
    refund = sent(world, BACK)
    services.retry(refund, actor=world.actor("mei"), now=world.now)
    with pytest.raises(Conflict):
        after_all(refund, world)
    assert reserved(refund) == Decimal("60.00")


def test_it_arrives_when_its_money_is_used(world: World) -> None:
    refund = sent(world, BACK)
    reserve(refund.payment.order, "50.00", now=world.now)
    with pytest.raises(OverRefund):
        after_all(refund, world)
    assert (fresh(refund).status, reserved(refund)) == (Status.RETURNED, Decimal("50.00"))


def test_it_is_in_the_list_of_what_nobody_settled(world: World, api: Login) -> None:
    refund = sent(world, BACK)
    failed = worklist.conditions(world.now)[worklist.FAILED]
    assert [row.pk for row in Refund.objects.filter(failed)] == [refund.pk]
    assert money_on_its_way(refund.payment.order.buyer)
    assert services.allowed_actions(fresh(refund), world.actor("mei"), now=world.now) == ["retry", "settle"]
    answer = api("mei").get("/api/v1/refunds/?status=returned").json()["results"][0]
    assert (answer["status_label"], answer["failure_reason"]) == (
        "returned by the bank",
        "The bank sent the money back.",
    )
    assert answer["expected_at"] is None
    assert answer["returned_at"][:10] == f"{world.now:%Y-%m-%d}"
    to_alice = api("alice").get(f"/api/v1/refunds/{refund.refund_no}/").json()["failure_reason"]
    assert to_alice == "The bank sent this money back. The shop has been notified and will pay you another way."


def test_the_sandbox_sends_the_first_one_back(world: World) -> None:
    refund = reserve(paid(world, "RETURNED-1"), now=world.now)
    assert not services.send(refund.pk, now=world.now)
    assert services.send(refund.pk, now=world.now, wall=later())
    assert (fresh(refund).status, carried_out("RETURNED-1")) == (Status.RETURNED, [])
    new = services.retry(refund, actor=world.actor("mei"), now=world.now)
    assert services.send(new.pk, now=world.now, wall=later())
    assert (fresh(new).status, carried_out("RETURNED-1")) == (Status.SUCCEEDED, [Decimal("60.00")])
