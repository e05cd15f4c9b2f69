"""Fees of the channels: read from each bill, stored once, posted to the ledger (docs/ledger.md)."""

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from orders.models import Payment
from refunds.models import ChannelFee, LedgerEntry, Refund
from refunds.reconciliation import run
from tests.threads import dismissed, race  # noqa: F401
from tests.world import World

from .bills import WRITERS, Billed, fill, listed, paid
from .test_ledger import differences, entries, execute, writable
from .test_reconcile import AT, LATER, TODAY, payments

pytestmark = pytest.mark.django_db
D = Decimal
CHARGED, BACK = ("fee_charged", "fees", "channel"), ("fee_given_back", "channel", "fees")
# The writers' own payment, which nobody here knows; Alipay takes nothing for it.
STRANGERS = {"alipay": 0, "wechatpay": 1, "stripe": 1}


def read(path: Path, name: str, rows: Iterable[Billed]) -> run.Run:
    return run.of_bill(WRITERS[name](path / f"{name}.csv", rows), now=LATER)


def balance() -> Decimal:
    """Of the account `fees`."""
    return sum(((amount if debit == "fees" else -amount) for _kind, debit, _credit, amount in entries("fee")), D(0))


def faults() -> list[str]:
    """What the audit says of fees: here payments and refunds are no services' but `fill`'s."""
    return [row[0] for row in differences() if row[0] in ("ledger of fees", "ledger: order and currency")]


def of_nobody() -> int:
    return ChannelFee.objects.filter(payment=None).count()


@pytest.mark.parametrize("name", WRITERS)
def test_what_is_charged_with_a_payment_and_given_back_with_a_refund(name: str, world: World, tmp_path: Path) -> None:
    tenders = payments(world, name, 2)
    fill(tenders[:1], 1, AT)
    refund = replace(listed()[0], fee=D("-0.30"))
    one = read(tmp_path, name, [*paid(tenders, AT), refund])
    assert (one.bad.listed, one.result.differences, one.result.unknown_fees) == ([], 0, STRANGERS[name])
    rows = LedgerEntry.objects.filter(about="fee").order_by("pk")
    first, second = tenders
    assert list(rows.values_list("kind", "debit", "credit", "amount", "number", "payment_id", "at", "currency")) == [
        (*CHARGED, D("0.59"), first.transaction_no, first.pk, AT, "CNY"),
        (*CHARGED, D("0.59"), second.transaction_no, second.pk, AT, "CNY"),
        (*BACK, D("0.30"), refund.number, first.pk, refund.at, "CNY"),
    ]
    assert set(rows.values_list("shop_id", "order_id")) == {(one.shop_id, one.order_id) for one in tenders}
    assert (balance(), faults()) == (D("0.88"), [])


@pytest.mark.parametrize("name", WRITERS)
def test_a_bill_read_again_and_one_that_overlaps_book_nothing_twice(name: str, world: World, tmp_path: Path) -> None:
    tenders = payments(world, name, 3)
    fill(tenders, 6, AT)
    rows = [*paid(tenders, AT), *(replace(row, fee=D("-0.05")) for row in listed())]
    for part in (rows[:6], rows[:6], rows[2:], rows):
        read(tmp_path, name, part)
    assert (len(entries("fee")), balance()) == (9, 3 * D("0.59") - 6 * D("0.05"))
    assert ChannelFee.objects.exclude(payment=None).count() == 9
    fee = ChannelFee.objects.latest("pk")
    fee.pk = None
    with pytest.raises(IntegrityError, match="fee_once"), transaction.atomic():
        fee.save(force_insert=True)
    assert faults() == []


@pytest.mark.parametrize("name", WRITERS)
def test_a_line_that_a_bill_has_twice_is_charged_twice(name: str, world: World, tmp_path: Path) -> None:
    rows = paid(payments(world, name, 1), AT)
    for _ in range(2):
        read(tmp_path, name, [*rows, *rows])
        assert balance() == D("1.18")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", WRITERS)
def test_two_processes_that_read_the_same_bill_at_once(name: str, world: World, tmp_path: Path) -> None:
    tenders = payments(world, name, 5)
    fill(tenders, 20, AT)
    rows = [*paid(tenders, AT), *(replace(row, fee=D("-0.01")) for row in listed())]
    path = WRITERS[name](tmp_path / "bill.csv", rows)
    assert race(*[lambda: run.of_bill(path, now=LATER)] * 4) == ["ok"] * 4
    assert (len(entries("fee")), balance(), faults()) == (25, 5 * D("0.59") - D("0.20"), [])


def alipay(path: Path, cell: str, rows: list[Billed]) -> run.Run:
    """With this in the column 服务费（元） of every row."""
    file = WRITERS["alipay"](path / "bill.csv", [replace(row, fee=D("-7.77")) for row in rows])
    text = file.read_text(encoding="gb18030").replace(",7.77,", f",{cell},")
    file.write_text(text, encoding="gb18030")
    return run.of_bill(file, now=LATER)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("-0.59", D("0.59")), ('"-1,234.50"', D("1234.50")), ("0.30", D("-0.30")), ("", D(0)), ("0.00", D(0)),
        ("0", D(0)), ("-0.00", D(0)), ("\t", D(0)),
    ],
)  # fmt: skip
def test_a_cell(cell: str, expected: Decimal, world: World, tmp_path: Path) -> None:
    one = alipay(tmp_path, cell, paid(payments(world, "alipay", 1), AT))
    assert (one.bad.listed, balance(), faults()) == ([], expected, [])


@pytest.mark.parametrize("cell", ["free", "0.005", "-0.594", "NaN", "Infinity", "99999999999.00", "1e3e", "0.5元"])
def test_a_bad_cell_is_named_and_its_refund_is_compared(cell: str, world: World, tmp_path: Path) -> None:
    tenders = payments(world, "alipay", 1)
    fill(tenders, 2, AT)
    one = alipay(tmp_path, cell, [*paid(tenders, AT), *listed()])
    assert one.bad.listed == [f"row {number}: “{cell}” is no fee" for number in (7, 8, 9)]
    assert (one.result.compared, one.result.differences, entries("fee")) == (2, 0, [])


def test_a_row_with_two_faults_is_named_once(world: World, tmp_path: Path) -> None:
    fill(payments(world, "alipay", 1), 1, AT)
    one = alipay(tmp_path, "free", [replace(listed()[0], transaction_no="2.1E+30")])
    assert len(one.bad.listed) == one.bad.count == 1


def test_a_bill_without_the_column_says_nothing_of_fees(world: World, tmp_path: Path) -> None:
    fill(payments(world, "stripe", 1), 1, AT)
    path = tmp_path / "refunds.csv"
    row = listed()[0]
    path.write_text(f"id,refund_no,amount,currency,created\nre_1,{row.number},{row.amount},cny,{row.at.isoformat()}\n")
    one = run.of_bill(path, now=LATER)
    assert (one.result.differences, one.bad.listed, entries("fee")) == (0, [], [])


def test_a_fee_that_another_bill_has_otherwise_is_reversed_and_booked_anew(world: World, tmp_path: Path) -> None:
    [row] = paid(payments(world, "alipay", 1), AT)
    for fee in ("0.59", "0.00", "-0.20", "0.40"):
        read(tmp_path, "alipay", [replace(row, fee=D(fee))])
        assert (balance(), faults()) == (D(fee), [])
    corrected = "fee_corrected"
    assert entries("fee") == [
        (*CHARGED, D("0.59")),
        (corrected, "channel", "fees", D("0.59")),
        (*BACK, D("0.20")),
        (corrected, "fees", "channel", D("0.20")),
        (*CHARGED, D("0.40")),
    ]
    times = list(LedgerEntry.objects.filter(about="fee").order_by("pk").values_list("at", flat=True))
    # What was booked stays in its period; a correction is of the day on which it is made.
    assert [at == AT for at in times] == [True, False, True, False, False]


def test_a_fee_of_a_payment_that_nobody_here_knows_is_kept_and_not_booked(
    world: World, tmp_path: Path, capsys: Any
) -> None:
    strange = Billed("", "2026-ELSEWHERE", D(99), AT, "ch_1", D("0.59"))
    path = WRITERS["alipay"](tmp_path / "bill.csv", [strange, replace(strange, transaction_no="2026-OTHER")])
    for _ in range(2):
        call_command("reconcile", "--bill", str(path))
        assert "alipay: 2 fees of payments that nobody here knows" in capsys.readouterr().out
    assert (of_nobody(), entries("fee"), faults()) == (2, [], [])
    row = ChannelFee.objects.earliest("pk")
    assert (row.shop_id, row.amount, row.transaction_no) == (None, D("0.59"), "2026-ELSEWHERE")


@pytest.mark.parametrize("by", ["its bill", "another bill", "the daily question"])
def test_an_order_that_comes_in_later_gets_its_fee(by: str, world: World, tmp_path: Path) -> None:
    strange = Billed("", "2026-LATER", D(99), AT, "ch_1", D("0.59"))
    read(tmp_path, "alipay", [strange])
    [payment] = payments(world, "alipay", 1)
    Payment.objects.filter(pk=payment.pk).update(transaction_no="2026-LATER")
    if by == "the daily question":
        run.of_channel("alipay", day=TODAY, now=LATER)
    else:
        read(tmp_path, "alipay", [strange] if by == "its bill" else [])
    [entry] = LedgerEntry.objects.filter(about="fee")
    assert (entry.payment_id, entry.shop_id, entry.amount, entry.at) == (payment.pk, payment.shop_id, D("0.59"), AT)
    assert (of_nobody(), faults()) == (0, [])


def test_one_transaction_for_several_orders(world: World, tmp_path: Path) -> None:
    """The fee is booked once, along the first; of orders of two shops nobody knows who pays it."""
    tenders = payments(world, "alipay", 2)
    Payment.objects.filter(pk__in=[one.pk for one in tenders]).update(transaction_no="2026-SHARED")
    row = Billed("", "2026-SHARED", D(99), AT, "ch_1", D("0.59"))
    read(tmp_path, "alipay", [row])
    assert [entry.payment_id for entry in LedgerEntry.objects.filter(about="fee")] == [tenders[0].pk]
    mine = payments(world, "alipay", 1)[0]
    theirs = world.place_order(shop=world.harbor).payments.get()
    Payment.objects.filter(pk__in=(mine.pk, theirs.pk)).update(transaction_no="2026-TWO", channel="alipay")
    assert read(tmp_path, "alipay", [replace(row, transaction_no="2026-TWO")]).result.unknown_fees == 1
    # A refund of it says whose it is.
    fill([mine], 1, AT)
    read(tmp_path, "alipay", [replace(listed()[0], fee=D("-0.10"))])
    assert LedgerEntry.objects.filter(about="fee").latest("pk").payment_id == mine.pk
    assert (balance(), faults()) == (D("0.49"), [])


def test_another_channels_payment_of_the_same_number_is_not_meant(world: World, tmp_path: Path) -> None:
    [payment] = payments(world, "wechatpay", 1)
    read(tmp_path, "alipay", paid([payment], AT))
    assert (of_nobody(), entries("fee")) == (1, [])


def stripe(path: Path, *rows: str) -> run.Run:
    file = path / "balance.csv"
    header = "balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id,payment_intent_id"
    file.write_text("\n".join([header, *rows]) + "\n")
    return run.of_bill(file, now=LATER)


def test_stripes_fees(world: World, tmp_path: Path) -> None:
    """Of payments, of a dispute, of one in another currency; those of the account itself are nobody's."""
    tenders = payments(world, "stripe", 2)
    numbers = ("pi_1", "ch_2")  # which of the two an order has, its shop decides
    for payment, number in zip(tenders, numbers, strict=True):
        Payment.objects.filter(pk=payment.pk).update(transaction_no=number)
    at = "2026-03-02 01:00:00"
    one = stripe(
        tmp_path,
        f"txn_1,{at},cny,100.00,3.20,96.80,charge,ch_1,pi_1",
        f"txn_2,{at},cny,100.00,3.20,96.80,charge,ch_2,pi_2",
        f"txn_3,{at},eur,-50.00,15.00,-65.00,dispute,dp_1,pi_1",
        f"txn_4,{at},cny,-2.00,0.00,-2.00,fee,,",
        f"txn_5,{at},cny,-900.00,0.00,-900.00,payout,po_1,",
        f"txn_6,{at},cny,100.00,-3.20,96.80,charge,ch_6,pi_1",
    )
    assert one.bad.listed == ["row 7: the fee “-3.20” is not what the net amount lacks"]
    rows = LedgerEntry.objects.filter(about="fee").order_by("pk")
    assert list(rows.values_list("payment_id", "number", "amount", "currency")) == [
        (tenders[0].pk, "pi_1", D("3.20"), "CNY"),
        (tenders[1].pk, "pi_2", D("3.20"), "CNY"),
        (tenders[0].pk, "pi_1", D("15.00"), "EUR"),
    ]
    [nobodys] = ChannelFee.objects.filter(payment=None)
    assert (nobodys.line_id, nobodys.amount, faults()) == ("txn_4", D("2.00"), [])


def test_a_refund_whose_number_at_stripe_was_not_known_yet(world: World, tmp_path: Path) -> None:
    """Its fee is stored under Stripe's number first, and is the same one when ours is known."""
    tenders = payments(world, "stripe", 1)
    fill(tenders, 1, AT)
    row = replace(listed()[0], fee=D("-0.30"))
    Refund.objects.update(gateway_no="")
    read(tmp_path, "stripe", [row])
    Refund.objects.update(gateway_no=row.gateway_no)
    read(tmp_path, "stripe", [row])
    assert (entries("fee"), faults()) == ([(*BACK, D("0.30"))], [])


def test_wechat_pays_bill_of_refunds(world: World, tmp_path: Path) -> None:
    """It has the time of the payment first, and then that of the refund; the fee is given back with the refund."""
    tenders = payments(world, "wechatpay", 1)
    fill(tenders, 1, AT)
    row = listed()[0]
    header = (
        "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
        "应结订单金额,代金券金额,退款申请时间,退款成功时间,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,"
        "商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
    )
    values = (
        f"2026-03-01 13:44:57,wx1,1900000001,0,,{row.transaction_no},E-1,o1,JSAPI,REFUND,ICBC_DEBIT,CNY,0.00,0.00,"
        f"2026-03-02 14:16:13,2026-03-02 14:16:17,503007,{row.number},{row.amount},0.00,ORIGINAL,SUCCESS,押金,,"
        f"-1.56000,0.60%,0.00,{row.amount},"
    )
    path = tmp_path / "refunds.csv"
    path.write_text("\ufeff" + header + "\n" + ",".join(f"`{value}" for value in values.split(",")) + "\n")
    assert run.of_bill(path, now=LATER).result.differences == 0
    [entry] = LedgerEntry.objects.filter(about="fee")
    assert (entry.kind, entry.amount, entry.at) == (
        "fee_given_back", D("1.56"), datetime.fromisoformat("2026-03-02T14:16:13+08:00"),
    )  # fmt: skip


def test_a_payment_that_the_merchant_revoked(world: World, tmp_path: Path) -> None:
    """WeChat Pay lists it a second time, as revoked, and gives the fee back."""
    rows = paid(payments(world, "wechatpay", 1), AT)
    path = WRITERS["wechatpay"](tmp_path / "bill.csv", rows)
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    lines.insert(3, lines[2].replace("`SUCCESS", "`REVOKED").replace("`0.59000", "`-0.59000"))
    path.write_text("\n".join(lines), encoding="utf-8")
    for _ in range(2):
        run.of_bill(path, now=LATER)
    assert entries("fee") == [(*CHARGED, D("0.59")), (*BACK, D("0.59"))]


@pytest.mark.parametrize("seed", range(6))
def test_the_account_has_what_the_bills_say(seed: int, world: World, tmp_path: Path) -> None:
    """Bills of any part of the lines, in any order, some with another fee than before: the last word of each line
    counts, once."""
    dice = random.Random(seed)
    name = dice.choice(sorted(WRITERS))
    tenders = payments(world, name, 4)
    fill(tenders, 12, AT)
    rows = [*paid(tenders, AT), *listed(), Billed("", "2026-ELSEWHERE", D(99), AT, "ch_x", D("0.59"))]
    said: dict[int, Decimal] = {}
    for _ in range(6):
        part = [place for place in range(len(rows)) if dice.random() < 0.6]
        for place in part:
            if place not in said or dice.random() < 0.1:
                said[place] = D(dice.randint(-300, 300)) / 100
        read(tmp_path, name, [replace(rows[place], fee=said[place]) for place in part])
        known = sum(fee for place, fee in said.items() if rows[place].transaction_no != "2026-ELSEWHERE")
        assert (balance(), faults()) == (known, [])


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("UPDATE refunds_ledgerentry SET amount = amount + 1 WHERE about = 'fee'", 2),
        ("DELETE FROM refunds_ledgerentry WHERE about = 'fee'", 2),
        ("DELETE FROM refunds_channelfee", 2),
        ("UPDATE refunds_ledgerentry SET currency = 'USD' WHERE about = 'fee'", 4),
    ],
)
def test_the_audit_knows_fees(sql: str, rows: int, world: World, tmp_path: Path) -> None:
    read(tmp_path, "alipay", paid(payments(world, "alipay", 1), AT))
    with writable():
        execute(sql)
        assert faults() == ["ledger of fees"] * rows


def test_the_same_number_of_statements_however_many_fees(
    world: World, tmp_path: Path, django_assert_max_num_queries: Any
) -> None:
    tenders = payments(world, "alipay", 3)
    fill(tenders, 500, AT)
    rows = [replace(row, fee=D("-0.01")) for row in listed()]
    with django_assert_max_num_queries(26):
        read(tmp_path, "alipay", [*paid(tenders, AT), *rows])
    assert len(entries("fee")) == 503
    later = [replace(row, at=row.at + timedelta(seconds=1)) for row in rows[:2]]
    assert read(tmp_path, "alipay", later).result.new[0].kind == "twice"
