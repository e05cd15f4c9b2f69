"""A day of finance: the channel's bill does not agree, and each difference is followed until it is settled."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from refunds.tests.bills import Billed, dearer, wechatpay

from .checks import faults_of
from .conftest import DESK, PASSWORD, Open
from .programs import SHANGHAI, Programs
from .steps import picture_of, tap

FINANCE = "/admin/finance/"


def paid_today(programs: Programs) -> list[Billed]:
    """What a bill of today lists where everything agrees."""
    rows = []
    for row in programs.every("refunds/?status=succeeded"):
        at = datetime.fromisoformat(row["settled_at"]).astimezone(SHANGHAI)
        if row["channel"] == "sandbox" and not row["settled_by_hand"] and at.date() == datetime.now(SHANGHAI).date():
            rows.append(Billed(row["refund_no"], row["transaction_no"], Decimal(row["amount"]), at, ""))
    return rows


def entry(page: Page, number: str) -> Locator:
    return page.locator("#content-main li").filter(has_text=number)


def test_differences_are_followed_and_settled(
    open_as: Open, programs: Programs, site: str, manage: Callable[..., str], tmp_path: Path
) -> None:
    buyer, support = Programs(site, PASSWORD, "alice"), Programs(site, PASSWORD, "song")
    numbers = []
    for _ in range(3):
        ticket = buyer.changes_mind(programs.order())
        numbers.append(programs.refund(ticket, "succeeded")["refund_no"])
    right, dear, missing = numbers
    whole = paid_today(support)
    paid = next(row for row in whole if row.number == right)
    stranger = replace(paid, number="RF-FROM-THE-CONSOLE", amount=Decimal("8.00"))
    planted = [dearer(row) if row.number == dear else row for row in whole if row.number != missing]
    bill = ("reconcile", "--channel", "sandbox", "--bill")
    printed = manage(*bill, str(wechatpay(tmp_path / "bill.csv", [*planted, stranger])))
    assert printed.count("new: sandbox") == 3, printed

    page = open_as("song", width=DESK)
    page.goto(FINANCE)
    expect(entry(page, right)).to_have_count(0)
    expect(entry(page, dear)).to_contain_text("Another amount")
    expect(entry(page, dear)).to_contain_text("¥129.00")
    expect(entry(page, dear)).to_contain_text("¥130.00")
    expect(entry(page, missing)).to_contain_text("Missing at the channel")
    expect(entry(page, stranger.number)).to_contain_text("Unknown here")
    picture_of(page, "finance-1-differences")
    assert faults_of(page, DESK) == []

    # Each leads to its refund; what nobody here knows leads to the order of its payment.
    entry(page, dear).get_by_role("link", name=dear).click()
    expect(page.locator("main")).to_contain_text(dear)
    picture_of(page, "finance-2-followed")
    page.goto(FINANCE)
    entry(page, stranger.number).get_by_role("link", name=stranger.transaction_no).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(stranger.transaction_no.removeprefix("PAY-"))
    picture_of(page, "finance-3-stranger")

    for number, note in ((dear, "The channel books 1.00 back."), (stranger.number, "Booked as ticket 2 of the week.")):
        page.goto(FINANCE)
        entry(page, number).locator("summary").click()
        entry(page, number).locator("[name=note]").fill(note)
        entry(page, number).get_by_role("button", name="Close this difference").click()
        expect(entry(page, number)).to_have_count(0)
    # It was near midnight: the next day's bill has it.
    printed = manage(*bill, str(wechatpay(tmp_path / "next.csv", [row for row in whole if row.number == missing])))
    assert "new:" not in printed, printed
    page.goto(FINANCE)
    expect(entry(page, missing)).to_have_count(0)
    picture_of(page, "finance-4-settled")

    # The charts have a table behind them, and both exports open.
    behind = page.locator("section").filter(has=page.locator("#h-out"))
    behind.get_by_text("Show as table").click()
    expect(behind.locator("tbody tr").first).to_be_visible()
    with page.expect_download() as chart:
        behind.locator("a.export").click()
    assert len(list(csv.reader(io.StringIO(Path(chart.value.path()).read_text("utf-8-sig"))))) > 1
    with page.expect_download() as ledger:
        tap(page, "Export as CSV")
    rows = list(csv.DictReader(io.StringIO(Path(ledger.value.path()).read_text("utf-8-sig"))))
    assert dear in {value for row in rows for value in row.values()}
    picture_of(page, "finance-5-charts")
