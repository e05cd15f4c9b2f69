"""`reconcile` without a bill: what the channel answers of each refund of the day, and what is no answer."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command

from fakes.stripe.server import Fake
from refunds import gateways, services
from refunds.gateways import GatewayError, Receipt
from refunds.gateways.stripe.adapter import Stripe
from refunds.machine import Status
from refunds.models import Difference, Refund
from refunds.reconciliation import run
from refunds.services import Result
from tests.world import DAY, NOW, World

from .bills import fill
from .helpers import Scripted, channel, later, paid, reserve
from .stripe.conftest import configured, fake, stripe
from .test_reconcile import AT, LATER, TODAY, asked, payments, queue, write

__all__ = ["configured", "fake", "stripe"]
pytestmark = pytest.mark.django_db
D = Decimal
SUCCEEDED, NOT_FOUND = gateways.Outcome.SUCCEEDED, gateways.Outcome.NOT_FOUND


def failed() -> GatewayError:
    """What `query` raises for a refund that is closed or has failed at the channel."""
    return GatewayError("The buyer's bank declined the refund.", permanent=True)


def test_a_refund_that_failed_at_the_channel_after_its_success_came_back(world: World) -> None:
    fill(payments(world, "alipay"), 2, AT)
    one = asked(Receipt(SUCCEEDED), failed())
    assert [(new.kind, new.number) for new in one.result.new] == [("returned_there", "RF00000002")]
    assert (one.result.compared, one.unanswered) == (2, 0)


@pytest.mark.parametrize("status", ["failed", "canceled"])
def test_stripes_failure_after_success_is_found_without_its_notice(
    status: str, world: World, fake: Fake, stripe: Stripe
) -> None:
    order = paid(world, "pi_1")
    order.payments.update(channel="stripe")
    refund = reserve(order, "60.00", now=world.now)
    with channel(stripe, "stripe"):
        assert services.attempt(refund.pk, now=world.now, wall=later(0)) == Result.SETTLED
        assert run.of_channel("stripe", day=world.now.date(), now=LATER).result.new == []
        fake.records.refunds[0].status = status
        one = run.of_channel("stripe", day=world.now.date(), now=LATER)
        assert [(new.kind, new.number) for new in one.result.new] == [("returned_there", refund.refund_no)]
        assert (one.result.compared, one.unanswered) == (1, 0)
        # The notice comes after all, and the difference is closed by itself, whatever day is compared next.
        services.return_money(Refund.objects.select_related("payment__order").get(pk=refund.pk), now=LATER)
        assert run.of_channel("stripe", day=world.now.date() + DAY, now=LATER + DAY).result.differences == 0
    assert queue() == {}


def test_a_refund_that_failed_here_and_there_agrees_and_is_no_silence(world: World, capsys: Any) -> None:
    tenders = payments(world, "alipay")
    fill(tenders, 11, AT, prefix="NO", status="failed")
    fill(tenders, 1, AT)
    with channel(Scripted(*[failed()] * 11, Receipt(SUCCEEDED)), "alipay"):
        call_command("reconcile", "--channel", "alipay", "--date", TODAY.isoformat())
    assert capsys.readouterr().out == "12 compared, 0 differences\n"


def test_an_account_without_the_payment_has_refunded_nothing_of_it(world: World) -> None:
    """Of what has succeeded that is no word: the key may be another one by now."""
    tenders = payments(world, "alipay")
    fill(tenders, 1, AT, prefix="NO", status="failed")
    fill(tenders, 1, AT)
    unknown = GatewayError("this account does not know the payment", permanent=False, other_account=True)
    one = asked(unknown, unknown)
    assert (one.result.compared, one.unanswered, one.result.new) == (1, 1, [])


@pytest.mark.parametrize(("moved", "kinds"), [(timedelta(0), ["paid_there"]), (DAY, []), (-DAY, [])])
def test_a_refund_is_asked_for_on_the_day_on_which_it_failed(moved: timedelta, kinds: list[str], world: World) -> None:
    fill(payments(world, "alipay"), 1, AT - 3 * DAY, prefix="NO", status="failed")
    Refund.objects.update(moved_at=AT + moved)
    one = asked(*[Receipt(SUCCEEDED)] * len(kinds))
    assert [new.kind for new in one.result.new] == kinds
    assert one.unanswered == 0


def test_another_amount_at_the_channel_is_a_difference(world: World) -> None:
    fill(payments(world, "alipay"), 5, AT)
    here = list(Refund.objects.order_by("pk").values_list("amount", flat=True))
    one = asked(
        Receipt(SUCCEEDED, amount=here[0], currency="CNY"),
        Receipt(SUCCEEDED, amount=here[1] + 1, currency="CNY"),
        Receipt(SUCCEEDED, amount=here[2], currency="USD"),
        Receipt(SUCCEEDED),  # it does not say
        Receipt(SUCCEEDED, amount=here[4]),
    )
    assert [tuple(new) for new in one.result.new] == [
        ("amount", "RF00000002", here[1], here[1] + 1),
        ("amount", "RF00000003", here[2], here[2]),
    ]


def test_what_differed_is_asked_for_until_it_agrees(world: World) -> None:
    fill(payments(world, "alipay"), 1, AT)
    assert [new.kind for new in asked(Receipt(NOT_FOUND)).result.new] == ["missing_there"]
    for answer, differences in ((Receipt(NOT_FOUND), 1), (Receipt(SUCCEEDED), 0)):
        with channel(Scripted(answer), "alipay"):
            one = run.of_channel("alipay", day=TODAY + DAY, now=LATER + DAY)
        assert (one.result.differences, one.result.new) == (differences, [])
    row = Difference.objects.get()
    assert (row.resolved_at, row.resolved_by) == (LATER + DAY, None)


def test_what_is_new_is_asked_for_before_what_differed(world: World) -> None:
    fill(payments(world, "alipay"), 2, AT)
    asked(Receipt(NOT_FOUND), Receipt(SUCCEEDED))
    gateway = Scripted(Receipt(SUCCEEDED), Receipt(NOT_FOUND))
    with channel(gateway, "alipay"):
        assert run.of_channel("alipay", day=TODAY, now=LATER).result.new == []
    assert [number for _call, number in gateway.calls] == ["RF00000002", "RF00000001"]


def test_silence_closes_no_difference(world: World) -> None:
    fill(payments(world, "alipay"), 1, AT)
    asked(Receipt(NOT_FOUND))
    one = asked(GatewayError("no answer", permanent=False))
    assert (one.unanswered, queue()) == (1, {"missing_there": 1})


def test_what_two_people_settled_by_hand_may_fail_at_the_channel(world: World) -> None:
    fill(payments(world, "alipay"), 1, AT)
    Refund.objects.update(proposed_by=world.mei.pk, confirmed_by=world.song.pk)
    assert asked(failed()).result.new == []


def test_a_failed_one_that_was_never_there_agrees(world: World) -> None:
    fill(payments(world, "alipay"), 1, AT, prefix="NO", status="failed")
    write(Status.FAILED, None, "NO00000001")
    assert (asked(Receipt(NOT_FOUND)).result.compared, queue()) == (1, {})
    assert NOW.date() == TODAY
