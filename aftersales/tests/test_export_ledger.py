"""`export_ledger`: the entries of whole days as an accountant books them, as CSV and as a workbook."""

import csv
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from openpyxl import load_workbook

from aftersales import exports
from aftersales.exports import files
from aftersales.models import Ticket
from aftersales.services import create_payable
from refunds.models import ChannelFee, LedgerEntry, Refund
from refunds.payables import services as payables
from tests.desk import Desk
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db
TODAY = "2026-03-02"


@pytest.fixture
def ticket(world: World) -> Ticket:
    """Paid and refunded on one day."""
    desk = Desk(world)
    order = world.completed(lines=[("TEE", "99.00", 1)], payments=[("=PAY-1", "99.00")])
    return desk.pay_out(desk.receive(desk.ship_back(desk.approve(desk.apply(order)))))


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def export(path: Path, *more: str, first: str = "2026-01-01", last: str = TODAY) -> list[dict[str, str]]:
    with translation.override("en"):
        call_command("export_ledger", "--from", first, "--to", last, str(path), *more)
    return table(path)


def test_a_row_is_what_an_accountant_books(ticket: Ticket, tmp_path: Path, capsys: Any) -> None:
    rows = export(tmp_path / "ledger.csv")
    assert [row["Kind"] for row in rows] == ["payment captured", "refund reserved", "refund sent", "refund settled"]
    entry = LedgerEntry.objects.latest("pk")
    number = entry.number
    booked = rows[-1].pop("Booked")
    assert datetime.fromisoformat(booked)
    assert rows[-1] == {
        "Date": TODAY, "Time": "10:00:00", "Voucher no.": f"LE{entry.pk}", "Shop": "lantern",
        "Order no.": ticket.order.order_no, "Ticket no.": ticket.ticket_no, "Channel": "test payment",
        "Transaction no.": "'=PAY-1", "About": "refund", "Number": number, "Kind": "refund settled",
        "Debit account no.": "2241.02", "Debit account": "refunds in transit", "Credit account no.": "1012",
        "Credit account": "funds at the payment channel", "Amount": "99.00", "Currency": "CNY",
        "Summary": f"refund settled {number} {ticket.ticket_no}",
    }  # fmt: skip
    out = capsys.readouterr().out.splitlines()
    assert out[-1] == f"4 entries into {tmp_path / 'ledger.csv'}."
    assert ["CNY", "channel", "debit", "99.00", "credit", "99.00"] in [line.split() for line in out]
    assert ["CNY", "sales", "debit", "0.00", "credit", "99.00"] in [line.split() for line in out]


def test_a_fee_that_was_given_back_with_a_refund_stands_beside_its_ticket(ticket: Ticket, tmp_path: Path) -> None:
    refund = Refund.objects.get()
    ChannelFee.objects.create(
        payment=refund.payment, channel="alipay", line_id="1", occurrence=1, number=refund.refund_no,
        transaction_no=refund.payment.transaction_no, amount=Decimal("-0.59"), currency="CNY", at=NOW,
    )  # fmt: skip
    row = export(tmp_path / "ledger.csv")[-1]
    wanted = {
        "Ticket no.": ticket.ticket_no, "Number": refund.refund_no, "About": "channel fee", "Amount": "0.59",
        "Kind": "channel fee given back", "Debit account no.": "1012", "Credit account no.": "6603.01",
        "Summary": f"channel fee given back {refund.refund_no} {ticket.ticket_no}",
    }  # fmt: skip
    assert {name: row[name] for name in wanted} == wanted


def test_a_payable_says_what_it_is_for_and_of_which_ticket(ticket: Ticket, world: World, tmp_path: Path) -> None:
    mei, song = world.actor("mei"), world.actor("song")
    row = create_payable(ticket, kind="compensation", amount=Decimal(5), ground="Wet box", actor=mei, now=NOW)
    payables.pay(payables.approve(row, actor=mei, now=NOW), proof="TR-1", actor=song, now=NOW)
    approved, done = export(tmp_path / "ledger.csv")[-2:]
    number, ticket_no = row.payable_no, ticket.ticket_no
    assert approved["Summary"] == f"compensation or claim approved compensation {number} {ticket_no}"
    done.pop("Booked"), done.pop("Voucher no.")
    assert done == {
        "Date": TODAY, "Time": "10:00:00", "Shop": "lantern", "Order no.": ticket.order.order_no,
        "Ticket no.": ticket_no, "Channel": "", "Transaction no.": "", "About": "payable", "Number": number,
        "Kind": "compensation or claim paid", "Debit account no.": "2241.03", "Debit account": "payables to buyers",
        "Credit account no.": "1002", "Credit account": "bank account", "Amount": "5.00", "Currency": "CNY",
        "Summary": f"compensation or claim paid compensation {number} {ticket_no}",
    }  # fmt: skip
    with translation.override("zh-hans"):
        call_command("export_ledger", "--from", TODAY, "--to", TODAY, str(tmp_path / "a.csv"))
    row_in_chinese = table(tmp_path / "a.csv")[-1]
    assert (row_in_chinese["借方科目"], row_in_chinese["贷方科目"]) == ("应付买家款", "银行存款")
    assert row_in_chinese["摘要"] == f"补偿或索赔已付清 赔偿 {number} {ticket_no}"


def test_a_workbook_has_the_same_cells_and_no_formula(ticket: Ticket, tmp_path: Path) -> None:
    rows = export(tmp_path / "ledger.csv")
    with translation.override("en"):
        call_command("export_ledger", "--from", "2026-01-01", "--to", TODAY, str(tmp_path / "ledger.xlsx"))
    sheet = load_workbook(tmp_path / "ledger.xlsx").active
    assert sheet is not None
    head, *body = sheet.iter_rows()
    assert [cell.value for cell in head] == list(rows[0])
    assert all(cell.data_type != "f" for row in body for cell in row)
    cells = dict(zip(rows[0], body[0], strict=True))
    assert cells["Transaction no."].value == "=PAY-1"
    assert (cells["Amount"].value, cells["Amount"].data_type) == (99, "n")
    assert len(body) == len(rows)


def test_what_does_not_fit_on_a_sheet_goes_on_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "ROWS_OF_SHEET", 2)
    files.write(tmp_path / "a.xlsx", ["n"], ([Decimal(n)] for n in range(5)))
    book = load_workbook(tmp_path / "a.xlsx")
    assert [[cell for (cell,) in sheet.values] for sheet in book.worksheets] == [["n", 0, 1], ["n", 2, 3], ["n", 4]]


@pytest.mark.parametrize(
    ("at", "entries"),
    [
        ("2026-03-01T23:59:59.999+08:00", 0),
        ("2026-03-02T00:00:00+08:00", 1),
        ("2026-03-02T23:59:59.999+08:00", 1),
        ("2026-03-03T00:00:00+08:00", 0),
    ],
)
def test_both_days_are_included_in_the_time_zone_of_the_shop(
    at: str, entries: int, world: World, tmp_path: Path
) -> None:
    world.place_order(placed_at=datetime.fromisoformat(at))
    assert len(export(tmp_path / "ledger.csv", first=TODAY, last=TODAY)) == entries


def test_of_one_shop(world: World, tmp_path: Path) -> None:
    world.place_order()
    world.place_order(shop=world.harbor)
    assert {row["Shop"] for row in export(tmp_path / "a.csv")} == {"lantern", "harbor"}
    assert {row["Shop"] for row in export(tmp_path / "a.csv", "--shop", "harbor")} == {"harbor"}


def test_in_chinese(ticket: Ticket, tmp_path: Path) -> None:
    with translation.override("zh-hans"):
        call_command("export_ledger", "--from", TODAY, "--to", TODAY, str(tmp_path / "a.csv"))
    row = table(tmp_path / "a.csv")[-1]
    assert (row["贷方科目"], row["摘要"].split()[0]) == ("支付渠道资金", "退款到账")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--from", TODAY, "--to", TODAY, "a.txt"], "has to end with .csv or .xlsx"),
        (["--from", TODAY, "--to", "2026-03-01", "a.csv"], "is after --to"),
        (["--from", TODAY, "--to", TODAY, "/nowhere/a.csv"], "cannot be written"),
        (["--from", TODAY, "--to", TODAY, "/nowhere/a.xlsx"], "cannot be written"),
        (["--from", TODAY, "--to", TODAY, "--shop", "moon", "a.csv"], "There is no shop moon"),
        (["--from", "yesterday", "--to", TODAY, "a.csv"], "invalid"),
        (["--to", TODAY, "a.csv"], "required"),
    ],
)
def test_what_it_refuses(arguments: list[str], text: str) -> None:
    with pytest.raises(CommandError, match=text):
        call_command("export_ledger", *arguments)


def test_the_ends_of_the_calendar(world: World, tmp_path: Path) -> None:
    world.place_order()
    assert len(export(tmp_path / "a.csv", first="0001-01-01", last="9999-12-31")) == 1


def test_any_number_of_entries_are_one_statement(world: World) -> None:
    for _ in range(3):
        world.place_order()
    period = exports.Period(date(2026, 1, 1), NOW.date() + timedelta(days=1))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert exports.count(period) == len(list(exports.entries(period))) == 3
    assert len(queries) <= 2
    assert [(row.account, row.debit - row.credit) for row in exports.totals(period)] == [
        ("channel", 3 * Decimal("198.00")),
        ("sales", -3 * Decimal("198.00")),
    ]
    assert exports.count(exports.Period(NOW.date() + 2 * DAY, NOW.date() + 3 * DAY)) == 0
