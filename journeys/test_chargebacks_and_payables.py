"""A manager and the bank: a refund that waits for a chargeback and goes on; and what is owed beyond a refund, which one
person approves and another pays."""

import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect

from .checks import faults_of
from .conftest import DESK, PASSWORD, PHONE, Open
from .programs import Programs
from .steps import apply_for, open_ticket, pay, photo, picture_of, tap, wait_for_the_end


def applied(buyer: Page, programs: Programs, folder: Path) -> tuple[str, str]:
    """An order of 120 in two lamps, and a ticket for one of them."""
    order = programs.delivered(("LAMP-S", "60.00", 1), ("LAMP-S", "60.00", 1))
    line = programs.get(f"orders/{order}/")["lines"][0]["line_id"]
    picture = photo(folder)
    return order, apply_for(buyer, order, str, type_="refund_only", reason="late", picture=picture, line=line)


def test_won_at_the_bank_and_on_its_way(open_as: Open, programs: Programs, tmp_path: Path) -> None:
    buyer, shop = open_as("alice", width=PHONE), open_as("mei", width=DESK)
    order, ticket = applied(buyer, programs, tmp_path)
    case = {"chargeback_no": f"CB-{order}", "amount": "50.00", "reason": "product not received"}
    programs.chargeback(order, status="open", reported_at="2026-03-01T09:00:00+08:00", **case)

    open_ticket(shop, ticket)
    tap(shop, "Approve")
    pay(shop, "60.00")
    assert programs.refund(ticket, "pending")["on_hold"] is True
    buyer.goto(f"/tickets/{ticket}/")
    expect(buyer.get_by_role("heading", level=1)).to_contain_text("Your refund waits for your bank")
    picture_of(buyer, "bank-1-buyer-waits")
    assert faults_of(buyer, PHONE) == []
    open_ticket(shop, ticket)
    picture_of(shop, "bank-2-desk-waits")

    shop.goto("/admin/finance/")
    shop.get_by_role("link", name="Open chargebacks").click()
    shop.get_by_role("link", name=case["chargeback_no"]).first.click()
    expect(shop.locator("main")).to_contain_text("¥50.00")
    picture_of(shop, "bank-3-chargeback")
    assert faults_of(shop, DESK) == []

    programs.chargeback(order, status="won", reported_at="2026-03-02T09:00:00+08:00", **case)
    wait_for_the_end(buyer, programs, ticket)
    expect(buyer.get_by_role("heading", level=1)).to_contain_text("Refunded ¥60.00")
    shop.reload()
    expect(shop.locator("main")).to_contain_text("Won: the shop has its money")
    picture_of(shop, "bank-4-won")


def test_lost_at_the_bank_and_paid_once(open_as: Open, programs: Programs, tmp_path: Path) -> None:
    """The evidence goes to the bank; the bank pays the buyer all the same, and the shop's refund stays here."""
    buyer, shop = open_as("alice", width=PHONE), open_as("mei", width=DESK)
    order, ticket = applied(buyer, programs, tmp_path)
    case = {"chargeback_no": f"CB-{order}", "amount": "120.00", "reason": "product not received"}
    programs.chargeback(order, status="open", reported_at="2026-03-01T09:00:00+08:00", **case)

    shop.goto("/admin/finance/")
    shop.get_by_role("link", name="Open chargebacks").click()
    shop.get_by_role("link", name=case["chargeback_no"]).first.click()
    with shop.expect_download() as download:
        shop.get_by_role("button", name="Download evidence").click()
    with zipfile.ZipFile(download.value.path()) as pack:
        assert pack.testzip() is None
        names = pack.namelist()
    assert {Path(name).suffix for name in names} >= {".pdf", ".json"}, names
    assert faults_of(shop, DESK) == []

    programs.chargeback(order, status="lost", reported_at="2026-03-02T09:00:00+08:00", **case)
    shop.reload()
    expect(shop.locator("main")).to_contain_text("Lost: the buyer has the money")
    picture_of(shop, "bank-5-lost")
    open_ticket(shop, ticket)
    expect(shop.locator("main")).to_contain_text("It can't be refunded as well.")
    picture_of(shop, "bank-6-not-refunded-as-well")
    buyer.goto(f"/orders/{order}/")
    expect(buyer.locator("main")).to_contain_text("¥120.00 paid back by your bank")
    picture_of(buyer, "bank-7-buyer-paid-by-the-bank")
    assert faults_of(buyer, PHONE) == []
    assert programs.get(f"tickets/{ticket}/")["refunds"] == []


def test_approved_by_one_and_paid_by_another(open_as: Open, programs: Programs, site: str, tmp_path: Path) -> None:
    buyer, shop, second = open_as("alice", width=PHONE), open_as("mei", width=DESK), open_as("song", width=DESK)
    _order, ticket = applied(buyer, programs, tmp_path)
    manager = Programs(site, PASSWORD, "mei")
    owed = manager.owe(ticket, kind="goodwill", amount="15.00", ground="For the days without a lamp")

    shop.goto("/admin/finance/")
    shop.get_by_role("link", name="Payables to approve").click()
    shop.get_by_role("link", name=owed).click()
    picture_of(shop, "payable-1-to-approve")
    shop.get_by_role("link", name="Approve", exact=True).click()
    expect(shop.locator("main")).to_contain_text("Someone else pays it and enters the proof.")
    tap(shop, "Approve")
    expect(shop.locator("main .tag").first).to_have_text("approved")
    expect(shop.get_by_role("link", name="Mark as paid")).to_have_count(0)  # another one pays
    picture_of(shop, "payable-2-approved")
    assert faults_of(shop, DESK) == []
    buyer.goto(f"/tickets/{ticket}/")
    promised = buyer.locator("section", has=buyer.locator("#payables-h"))
    expect(promised).to_contain_text("¥15.00")
    expect(promised).to_contain_text("Approved, to be paid by")
    picture_of(buyer, "payable-3-buyer-promised")

    second.goto("/admin/finance/")
    second.get_by_role("link", name="Payables to pay").click()
    second.get_by_role("link", name=owed).click()
    second.get_by_role("link", name="Mark as paid").click()
    second.fill("[name=proof]", "ICBC-77")
    picture_of(second, "payable-4-paying")
    tap(second, "Mark as paid")
    expect(second.locator("main")).to_contain_text("ICBC-77")
    assert faults_of(second, DESK) == []

    buyer.reload()
    expect(promised).to_contain_text("ICBC-77")
    expect(promised).to_contain_text("Paid on")
    expect(promised.locator(".as-badge")).to_have_text("Paid")
    picture_of(buyer, "payable-5-buyer-paid")
    assert faults_of(buyer, PHONE) == []
