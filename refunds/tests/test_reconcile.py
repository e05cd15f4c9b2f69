"""`reconcile`: each planted difference between us and a bill of each channel is found, and nothing else."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from kernel.errors import Conflict, Forbidden, Invalid
from kernel.jobs import Outcome, job
from kernel.tables import Unreadable
from orders.models import Payment
from refunds import gateways
from refunds.gateways import GatewayError, Receipt
from refunds.models import BillLine, Difference, Refund
from refunds.reconciliation import run
from refunds.reconciliation.closing import close
from refunds.reconciliation.models import Kind
from refunds.reconciliation.wording import next_step
from tests.world import DAY, NOW, World

from .bills import WRITERS, Billed, dearer, fill, listed
from .helpers import Scripted, channel

pytestmark = pytest.mark.django_db
D = Decimal
COUNT = 3_000
AT = NOW.replace(hour=9)
TODAY = NOW.date()
LATER = NOW + timedelta(hours=12)


def payments(world: World, name: str, count: int = 3) -> list[Payment]:
    orders = [world.place_order() for _ in range(count)]
    Payment.objects.filter(order__in=orders).update(channel=name)
    return list(Payment.objects.filter(order__in=orders).order_by("pk"))


def write(status: str, settled_at: datetime | None, number: str) -> None:
    """By no transition: what is compared is the row."""
    sql = "UPDATE refunds_refund SET status = %s, settled_at = %s, next_attempt_at = NULL WHERE refund_no = %s"
    with connection.cursor() as cursor:
        cursor.execute(sql, [status, settled_at, number])


def queue() -> Counter[str]:
    return Counter(Difference.objects.filter(resolved_at=None).values_list("kind", flat=True))


def bill(path: Path, name: str, rows: list[Billed], **more: Any) -> run.Run:
    return run.of_bill(WRITERS[name](path / f"{name}.csv", rows), now=more.pop("now", LATER), **more)


@pytest.mark.parametrize("name", WRITERS)
def test_each_planted_difference_is_found_and_nothing_else(name: str, world: World, tmp_path: Path) -> None:
    tenders = payments(world, name)
    fill(tenders, COUNT, AT)
    fill(tenders, 2, AT, prefix="OPEN", status="processing")
    fill(tenders, 2, AT, prefix="LONG", status="pending")
    fill(tenders, 2, AT, prefix="NO", status="failed")
    fill(tenders, 2, AT, prefix="WAIT", status="pending")
    Refund.objects.filter(refund_no__startswith="WAIT").update(on_hold=True)  # for the bank, and not for us
    Refund.objects.exclude(refund_no__startswith="RF").update(gateway_no="")
    rows, others = listed(), listed("OPEN") + listed("NO")
    if name == "stripe":  # whose report names ours by Stripe's number only once it is stored
        others = [replace(row, gateway_no=row.number) for row in others]
    rows = [dearer(row) if place in (10, 20, 30) else row for place, row in enumerate(rows) if place not in (1, 2)]
    foreign = replace(rows[0], number="FROM-THE-CONSOLE", gateway_no="re_console")
    twice = [rows[50], rows[60], rows[60]]
    result = bill(tmp_path, name, [*rows, *twice, *others, foreign]).result
    planted = {"missing_there": 2, "amount": 3, "twice": 2, "stuck": 4, "paid_there": 2, "missing_here": 1}
    assert queue() == planted
    assert Counter(new.kind for new in result.new) == planted
    assert result.compared == COUNT + 2 + 2 + 2 + 1
    assert result.differences == sum(planted.values())
    row = Difference.objects.filter(kind="amount").earliest("pk")
    assert (row.there or 0) - (row.here or 0) == 1
    assert (row.shop_id, row.channel, row.currency, row.source) == (world.lantern.pk, name, "CNY", "bill")
    assert Difference.objects.get(kind="missing_here").shop_id == world.lantern.pk  # it names a payment of ours
    thrice = Difference.objects.get(kind="twice", number=rows[60].number)
    assert thrice.there == 3 * rows[60].amount


@pytest.mark.parametrize("name", WRITERS)
def test_a_bill_that_agrees_has_no_difference(name: str, world: World, tmp_path: Path) -> None:
    fill(payments(world, name), 50, AT)
    result = bill(tmp_path, name, listed()).result
    assert (result.compared, result.differences, result.new) == (50, 0, [])
    assert BillLine.objects.count() == 50


def test_a_second_run_has_nothing_new_and_what_is_gone_is_closed(world: World, tmp_path: Path) -> None:
    fill(payments(world, "wechatpay"), 20, AT)
    rows = listed()
    first = bill(tmp_path, "wechatpay", rows[1:])
    assert [(new.kind, new.number) for new in first.result.new] == [("missing_there", rows[0].number)]
    second = bill(tmp_path, "wechatpay", rows[1:], now=LATER + DAY)
    assert (second.result.differences, second.result.new) == (1, [])
    row = Difference.objects.get()
    assert (row.first_seen, row.last_seen) == (LATER, LATER + DAY)
    assert BillLine.objects.count() == 19
    # The next day's bill has it.
    late = replace(rows[0], at=AT + DAY)
    third = bill(tmp_path, "wechatpay", [late], now=LATER + 2 * DAY)
    assert (third.result.differences, queue()) == (0, {})
    row.refresh_from_db()
    assert (row.resolved_at, row.resolved_by, row.note) == (LATER + 2 * DAY, None, "")


def test_what_comes_back_is_new_again(world: World, tmp_path: Path) -> None:
    fill(payments(world, "alipay"), 2, AT)
    rows = listed()
    number = rows[0].number
    assert bill(tmp_path, "alipay", [rows[1]]).result.new
    write("failed", None, number)
    assert bill(tmp_path, "alipay", [rows[1]]).result.differences == 0
    write("succeeded", AT, number)
    again = bill(tmp_path, "alipay", [rows[1]], now=LATER + DAY)
    assert [new.number for new in again.result.new] == [number]
    assert Difference.objects.get().first_seen == LATER + DAY


def test_the_same_refund_in_two_bills_is_paid_twice(world: World, tmp_path: Path) -> None:
    """Not the same line in two bills that overlap."""
    for name in WRITERS:
        fill(payments(world, name), 2, AT, prefix=f"RF{name}")
        rows = listed(f"RF{name}")
        assert bill(tmp_path, name, rows).result.differences == 0
        assert bill(tmp_path, name, rows).result.differences == 0
    rows = listed("RFalipay")
    assert bill(tmp_path, "alipay", [replace(rows[0], at=AT + DAY)]).result.new[0].kind == "twice"


def test_what_was_settled_another_way_and_paid_by_the_channel_too(world: World, tmp_path: Path) -> None:
    fill(payments(world, "alipay"), 2, AT)
    Refund.objects.update(proposed_by=world.mei.pk, confirmed_by=world.song.pk)
    rows = listed()
    assert [(new.kind, new.number) for new in bill(tmp_path, "alipay", rows[:1]).result.new] == [
        ("twice", rows[0].number)
    ]


def test_what_the_bank_returned_and_went_another_way_was_paid_once(world: World, tmp_path: Path) -> None:
    fill(payments(world, "alipay"), 1, AT)
    row = listed()[0]
    Refund.objects.update(returned_at=AT)
    write("returned", None, row.number)
    assert bill(tmp_path, "alipay", [row]).result.differences == 0
    write("succeeded", AT, row.number)
    Refund.objects.update(proposed_by=world.mei.pk, confirmed_by=world.song.pk)
    assert bill(tmp_path, "alipay", [row]).result.differences == 0
    assert [new.kind for new in bill(tmp_path, "alipay", [row, row]).result.new] == ["twice"]


def test_bad_rows_are_named_and_the_others_compared(world: World, tmp_path: Path) -> None:
    fill(payments(world, "wechatpay"), 10, AT)
    path = WRITERS["wechatpay"](tmp_path / "bill.csv", listed())
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    parts = lines[4].split(",")
    lines[4] = ",".join([*parts[:16], "`a lot", *parts[17:25], "`a lot", parts[26]])
    lines[6] = lines[6].replace("`2026-03-02", "`2026-13-45")
    lines.insert(8, "`too,`few")
    path.write_text("\n".join(lines), encoding="utf-8")
    one = run.of_bill(path, now=LATER)
    assert one.bad.listed == [
        "row 5: “a lot” is no amount",
        "row 7: “2026-13-45 09:30:00” is no time",
        "row 9: 2 columns instead of 27",
    ]
    assert (one.result.compared, queue()) == (10, {"missing_there": 2})


def test_wechat_pays_later_what_is_under_way(world: World, tmp_path: Path) -> None:
    fill(payments(world, "wechatpay"), 1, AT)
    path = WRITERS["wechatpay"](tmp_path / "bill.csv", listed())
    text = path.read_text(encoding="utf-8-sig")
    for status, paid in (("PROCESSING", False), ("SUCCESS", True), ("PROCESSING", True)):
        path.write_text(text.replace("`ORIGINAL,`SUCCESS", f"`ORIGINAL,`{status}"), encoding="utf-8")
        assert run.of_bill(path, now=LATER).result.differences == 0
        assert BillLine.objects.get().paid == paid
    path.write_text(text.replace("`ORIGINAL,`SUCCESS", "`ORIGINAL,`UNHEARD_OF"), encoding="utf-8")
    BillLine.objects.all().delete()
    assert [new.kind for new in run.of_bill(path, now=LATER, day=TODAY).result.new] == ["missing_there"]


def test_a_file_that_is_no_bill(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("name,age\nmei,30\n")
    with pytest.raises(Unreadable, match="No bill that is known"):
        run.of_bill(path, now=LATER)


def test_a_bill_without_refunds(world: World, tmp_path: Path) -> None:
    assert bill(tmp_path, "alipay", []).result.compared == 0
    fill(payments(world, "alipay"), 3, AT)
    assert bill(tmp_path, "alipay", [], day=TODAY).result.differences == 3


@pytest.mark.parametrize(
    ("at", "missing"),
    [
        ("2026-03-01T23:59:59+08:00", 0),
        ("2026-03-02T00:00:00+08:00", 1),
        ("2026-03-02T23:59:59+08:00", 1),
        ("2026-03-03T00:00:00+08:00", 0),
    ],
)
def test_the_day_is_that_of_the_shops_time_zone(at: str, missing: int, world: World, tmp_path: Path) -> None:
    fill(payments(world, "alipay"), 1, AT)
    Refund.objects.update(settled_at=datetime.fromisoformat(at))
    assert bill(tmp_path, "alipay", [], day=TODAY).result.differences == missing


def test_compared_by_the_same_number_of_statements(
    world: World, tmp_path: Path, django_assert_max_num_queries: Any
) -> None:
    fill(payments(world, "alipay"), 1_000, AT)
    with django_assert_max_num_queries(26):
        bill(tmp_path, "alipay", listed()[:990])


# --- the command ----------------------------------------------------------------------------------


def command(*arguments: str) -> int:
    try:
        call_command("reconcile", *arguments)
    except SystemExit as ended:
        return int(str(ended.code))
    return 0


def test_the_command_says_what_is_new(world: World, tmp_path: Path, capsys: Any) -> None:
    fill(payments(world, "alipay"), 10, AT)
    path = str(WRITERS["alipay"](tmp_path / "bill.csv", [dearer(listed()[0]), *listed()[1:]]))
    assert command("--bill", path) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["new: alipay amount RF00000001: here 2.01, there 3.01", "10 compared, 1 differences"]
    assert command("--bill", path) == 0
    assert capsys.readouterr().out == "10 compared, 1 differences\n"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--bill", "/nowhere.csv"], "We couldn't read the file"),
        (["--channel", "moon"], "moon: this payment channel isn't connected in the environment of this command"),
        (["--date", "yesterday"], "invalid"),
    ],
)
def test_what_the_command_refuses(arguments: list[str], text: str) -> None:
    with pytest.raises(CommandError, match=text):
        call_command("reconcile", *arguments)


# --- without a bill -------------------------------------------------------------------------------


def test_the_sandbox_shows_its_records(world: World, capsys: Any) -> None:
    fill(payments(world, "sandbox"), 5, AT)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO refunds_sandboxrefund (refund_no, transaction_no, amount, requests, queries, carried_out_at)"
            " SELECT r.refund_no, p.transaction_no, r.amount, 1, 0, r.settled_at FROM refunds_refund r"
            " JOIN orders_payment p ON p.id = r.payment_id WHERE r.refund_no <> 'RF00000001'"
            " UNION ALL SELECT 'RF-CONSOLE', 'PAY-X', 5, 1, 0, %s",
            [AT],
        )
    one = run.of_channel("sandbox", day=TODAY, now=LATER)
    assert [(new.kind, new.number) for new in one.result.new] == [
        ("missing_here", "RF-CONSOLE"),
        ("missing_there", "RF00000001"),
    ]
    assert Difference.objects.get(kind="missing_here").shop_id is None  # nobody's: support looks at it
    assert command("--channel", "sandbox", "--date", TODAY.isoformat()) == 0
    assert capsys.readouterr().out == "6 compared, 2 differences\n"


def asked(*answers: Receipt | Exception) -> run.Run:
    with channel(Scripted(*answers), "alipay"):
        return run.of_channel("alipay", day=TODAY, now=LATER)


def test_a_channel_is_asked_for_each_refund_of_the_day(world: World) -> None:
    tenders = payments(world, "alipay")
    fill(tenders, 4, AT)
    fill(tenders, 1, AT, prefix="NO", status="failed")
    fill(tenders, 1, AT - DAY, prefix="OLD")
    fill(tenders, 1, AT, prefix="OPEN", status="processing")
    answers = [Receipt(outcome) for outcome in (
        gateways.Outcome.SUCCEEDED, gateways.Outcome.NOT_FOUND, gateways.Outcome.RETURNED,
        gateways.Outcome.PROCESSING, gateways.Outcome.SUCCEEDED,
    )]  # fmt: skip
    one = asked(*answers)
    assert sorted((new.kind, new.number) for new in one.result.new) == [
        ("missing_there", "RF00000002"),
        ("paid_there", "NO00000001"),
        ("returned_there", "RF00000003"),
        ("stuck", "OPEN00000001"),
    ]
    assert one.result.compared == 6
    write("succeeded", AT - DAY, "OPEN00000001")
    again = asked(*[Receipt(gateways.Outcome.SUCCEEDED)] * 4, Receipt(gateways.Outcome.NOT_FOUND))
    assert (again.result.new, queue()) == ([], {})


def test_who_does_not_answer_is_not_compared(world: World) -> None:
    fill(payments(world, "alipay"), 30, AT)
    one = asked(Receipt(gateways.Outcome.SUCCEEDED), *[GatewayError("no answer", permanent=False)] * 10)
    assert (one.result.compared, one.unanswered, one.result.new) == (1, 29, [])
    with channel(Scripted(), "alipay"):
        late = run.of_channel("alipay", day=TODAY, now=LATER, until=0.0)
    assert (late.result.compared, late.unanswered) == (0, 30)


def test_the_commands_exit_status_tells_of_a_silent_channel(world: World, capsys: Any) -> None:
    fill(payments(world, "alipay"), 1, AT)
    with channel(Scripted(GatewayError("no answer", permanent=False)), "alipay"):
        assert command("--channel", "alipay", "--date", TODAY.isoformat()) == 1
    assert "alipay: 1 refunds of which the channel said nothing" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("now", "new"),
    [("2026-03-02T23:59:59+08:00", 0), ("2026-03-03T00:00:00+08:00", 1), ("2026-03-03T00:00:01+08:00", 1)],
)
def test_the_job_looks_at_yesterday(now: str, new: int, world: World) -> None:
    fill(payments(world, "sandbox"), 1, AT)
    with channel(None, "alipay"):
        assert job("reconcile").run(datetime.fromisoformat(now), True) == Outcome()
        assert job("reconcile").run(datetime.fromisoformat(now), False) == Outcome(done=new)
    assert Difference.objects.count() == new


def test_a_channel_whose_run_fails_stops_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(channel: str, **options: Any) -> run.Run:
        if channel == "alipay":
            raise RuntimeError("broken")
        return of_channel(channel, **options)

    of_channel = run.of_channel
    fill(payments(world, "sandbox"), 1, AT)
    monkeypatch.setattr(run, "of_channel", broken)
    monkeypatch.setattr(run, "channels", lambda: ["alipay", "sandbox"])
    assert job("reconcile").run(NOW + DAY, False) == Outcome(done=1, failed=1)


# --- closing --------------------------------------------------------------------------------------


def test_a_person_closes_it_with_a_note(world: World, tmp_path: Path) -> None:
    fill(payments(world, "alipay"), 2, AT)
    rows = [dearer(listed()[0]), listed()[1]]
    bill(tmp_path, "alipay", rows)
    row, mei = Difference.objects.get(), world.actor("mei")
    for note in ("", "  ", "x" * 241):
        with pytest.raises(Invalid):
            close(row, note=note, actor=mei, now=NOW)
    for name in ("wen", "alice", "oms"):
        with pytest.raises(Forbidden):
            close(row, note="Settled.", actor=world.actor(name), now=NOW)
    row = close(row, note=" Settled. ", actor=mei, now=NOW)
    assert (row.resolved_at, row.resolved_by, row.note) == (NOW, world.mei.pk, "Settled.")
    with pytest.raises(Conflict):
        close(row, note="Again.", actor=world.actor("song"), now=NOW)
    again = bill(tmp_path, "alipay", rows).result
    assert (again.differences, again.new) == (0, [])
    changed = bill(tmp_path, "alipay", [replace(rows[0], at=rows[0].at + timedelta(days=1)), rows[1]]).result
    assert [new.kind for new in changed.new] == ["twice"]


def test_every_kind_has_a_next_step() -> None:
    assert {kind for kind in Kind.values if next_step(kind)} == set(Kind.values)


def test_dates_are_whole_days() -> None:
    assert run.midnight(date(2026, 3, 2)).isoformat() == "2026-03-02T00:00:00+08:00"
