"""`reconcile` by bills that say of a refund that its money came back: Stripe's failures, WeChat Pay's refunds that were
not taken or are closed, and the sandbox's returns."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from refunds.models import BillLine, Difference, Refund
from refunds.reconciliation import run
from tests.world import DAY, World

from .bills import Billed, fill, listed, stripe, wechatpay
from .test_reconcile import AT, LATER, TODAY, payments, queue, write

pytestmark = pytest.mark.django_db


def read(
    path: Path, rows: Iterable[Billed], failed: Iterable[Billed] = (), *, category: str = "refund_failure"
) -> run.Run:
    return run.of_bill(stripe(path / "bill.csv", rows, failed, category=category), now=LATER)


def found(one: run.Run) -> list[tuple[str, str]]:
    return [(new.kind, new.number) for new in one.result.new]


@pytest.mark.parametrize("category", ["refund_failure", "payment_refund_failure"])
@pytest.mark.parametrize("together", [True, False])
def test_a_refund_that_failed_after_its_success_came_back(
    together: bool, category: str, world: World, tmp_path: Path
) -> None:
    """In the same bill or in one of a later day, where its line stands alone."""
    fill(payments(world, "stripe"), 3, AT)
    rows = listed()
    late = [replace(rows[1], at=AT + 3 * DAY)]
    if not together:
        assert found(read(tmp_path, rows)) == []
    one = read(tmp_path, rows if together else [], late, category=category)
    assert found(one) == [("returned_there", "RF00000002")]
    row = Difference.objects.get()
    assert (row.here, row.there) == (rows[1].amount, Decimal(0))
    Refund.objects.filter(refund_no="RF00000002").update(returned_at=AT)
    write("returned", None, "RF00000002")
    assert read(tmp_path, [], late, category=category).result.differences == 0
    assert queue() == {}


def test_a_failure_whose_refund_no_bill_has_shown(world: World, tmp_path: Path) -> None:
    fill(payments(world, "stripe"), 1, AT)
    assert found(read(tmp_path, [], listed())) == [("returned_there", "RF00000001")]
    assert Difference.objects.get().there is None


def test_what_failed_here_too_agrees(world: World, tmp_path: Path) -> None:
    fill(payments(world, "stripe"), 1, AT, status="failed")
    assert found(read(tmp_path, listed(), listed())) == []
    foreign = replace(listed()[0], gateway_no="re_console", number="re_console")
    assert found(read(tmp_path, [foreign], [foreign])) == []


def test_one_of_two_payments_that_came_back(world: World, tmp_path: Path) -> None:
    fill(payments(world, "stripe"), 1, AT)
    row = listed()[0]
    assert found(read(tmp_path, [row, row], [row])) == []
    Refund.objects.update(proposed_by=world.mei.pk, confirmed_by=world.song.pk)
    assert found(read(tmp_path, [], [row])) == [("twice", "RF00000001")]


def test_what_came_back_and_is_open_here_is_stuck(world: World, tmp_path: Path) -> None:
    fill(payments(world, "stripe"), 1, AT, status="processing")
    assert found(read(tmp_path, listed(), listed())) == [("stuck", "RF00000001")]


def export(path: Path, *rows: tuple[str, Billed, str]) -> run.Run:
    """Stripe's list of refunds: one line for each, by its own number, with its status of that day."""
    file = path / "refunds.csv"
    lines = [
        f"{number},{row.number},{row.amount},cny,{row.at:%Y-%m-%d %H:%M:%S},{status}" for number, row, status in rows
    ]
    file.write_text("\n".join(["id,refund_metadata[refund_no],amount,currency,created (UTC),status", *lines]) + "\n")
    return run.of_bill(file, now=LATER)


@pytest.mark.parametrize("status", ["failed", "canceled"])
def test_the_status_of_a_refund_in_a_later_list(status: str, world: World, tmp_path: Path) -> None:
    fill(payments(world, "stripe"), 1, AT)
    row = listed()[0]
    assert found(export(tmp_path, ("re_1", row, "succeeded"))) == []
    for _ in range(2):
        assert export(tmp_path, ("re_1", row, status)).result.differences == 1
    assert queue() == {"returned_there": 1}
    assert BillLine.objects.get().came_back


def test_a_number_that_failed_and_was_paid_at_the_second_try_agrees(world: World, tmp_path: Path) -> None:
    fill(payments(world, "stripe"), 1, AT)
    row = listed()[0]
    assert found(export(tmp_path, ("re_1", row, "failed"), ("re_2", row, "succeeded"))) == []


def test_what_the_bank_sent_back_to_the_sandbox(world: World) -> None:
    fill(payments(world, "sandbox"), 2, AT)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO refunds_sandboxrefund"
            " (refund_no, transaction_no, amount, requests, queries, carried_out_at, returned_at)"
            " SELECT r.refund_no, p.transaction_no, r.amount, 1, 0, r.settled_at,"
            " CASE WHEN r.refund_no = 'RF00000002' THEN %s::timestamptz END FROM refunds_refund r"
            " JOIN orders_payment p ON p.id = r.payment_id",
            [AT + 5 * DAY],
        )
    for day in (TODAY, TODAY + 5 * DAY):
        Difference.objects.all().delete()
        assert found(run.of_channel("sandbox", day=day, now=LATER + 6 * DAY)) == [("returned_there", "RF00000002")]


def of_wechat_pay(path: Path, status: str) -> run.Run:
    file = wechatpay(path / "wechat.csv", listed())
    text = file.read_text(encoding="utf-8-sig").replace("`ORIGINAL,`SUCCESS", f"`ORIGINAL,`{status}")
    file.write_text(text, encoding="utf-8")
    return run.of_bill(file, now=LATER)


@pytest.mark.parametrize("before", ["", "PROCESSING", "SUCCESS"])
@pytest.mark.parametrize("status", ["CHANGE", "ABNORMAL", "FAIL", "REFUNDCLOSE", "CLOSED"])
def test_what_wechat_pay_could_not_pay_out_or_has_closed(
    status: str, before: str, world: World, tmp_path: Path
) -> None:
    fill(payments(world, "wechatpay"), 1, AT)
    if before:
        assert found(of_wechat_pay(tmp_path, before)) == []
    assert found(of_wechat_pay(tmp_path, status)) == [("returned_there", "RF00000001")]
    assert Difference.objects.get().there == 0
    write("failed", None, "RF00000001")
    assert of_wechat_pay(tmp_path, status).result.differences == 0


def test_what_was_not_taken_and_was_sent_on_since_agrees(world: World, tmp_path: Path) -> None:
    """The bill of that day says for ever that the buyer's card did not take it."""
    fill(payments(world, "wechatpay"), 1, AT)
    Refund.objects.update(returned_at=AT)
    assert found(of_wechat_pay(tmp_path, "CHANGE")) == []
