"""A buyer whose refund the channel refuses: what their page says until the money is there by another way."""

from pathlib import Path

from playwright.sync_api import Page, expect

from .checks import faults_of
from .conftest import DESK, PHONE, Open
from .programs import Programs
from .steps import apply_for, open_ticket, pay, photo, picture_of, tap

CARD = "Please pay it to my bank card instead: ICBC, ending in 3445."


def headed(page: Page, ticket: str, text: str) -> None:
    page.goto(f"/tickets/{ticket}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text(text)


def test_refused_then_paid_another_way(open_as: Open, programs: Programs, tmp_path: Path) -> None:
    order = programs.delivered(("LAMP-S", "100.00", 1), refused="100.00")
    buyer, shop = open_as("alice", width=PHONE), open_as("mei", width=DESK)
    ticket = apply_for(buyer, order, str, type_="refund_only", reason="late", picture=photo(tmp_path))
    headed(buyer, ticket, "Waiting for the shop")

    open_ticket(shop, ticket)
    tap(shop, "Approve")
    pay(shop, "100.00")
    programs.refund(ticket, "failed")
    headed(buyer, ticket, "Your refund didn't go through")
    expect(buyer.locator("main")).to_contain_text("¥100.00 could not be paid out.")
    expect(buyer.locator("main")).not_to_contain_text("has been paid back")
    picture_of(buyer, "buyer-1-failed")
    assert faults_of(buyer, PHONE) == []

    # Another way is agreed on in the conversation.
    buyer.goto(f"/tickets/{ticket}/messages/")
    buyer.fill("textarea[name=text]", CARD)
    tap(buyer, "Send")
    expect(buyer.get_by_text(CARD).first).to_be_visible()

    shop.goto("/admin/aftersales/ticket/?todo=failed")
    shop.get_by_role("link", name=ticket).first.click()
    expect(shop.get_by_text(CARD).first).to_be_attached()
    shop.locator("#failed-refunds").get_by_role("link", name="Settle manually").click()
    shop.fill("[name=proof]", "ICBC-2026-0301")
    tap(shop, "Settle manually")
    expect(shop.locator("#failed-refunds")).to_contain_text("ICBC-2026-0301")

    # One person alone cannot say that it was paid.
    headed(buyer, ticket, "Your refund didn't go through")
    expect(buyer.locator("main")).not_to_contain_text("ICBC-2026-0301")
    picture_of(buyer, "buyer-2-proposed")

    second = open_as("song", width=DESK)
    open_ticket(second, ticket)
    second.get_by_role("link", name="Confirm manual settlement").click()
    tap(second, "Settle manually")
    expect(second.locator("#failed-refunds")).to_have_count(0)
    assert programs.get(f"tickets/{ticket}/")["status"] == "completed"

    headed(buyer, ticket, "Refunded ¥100.00")
    expect(buyer.locator("main")).not_to_contain_text("could not be paid out")
    expect(buyer.locator("main")).to_contain_text("Refunded another way, not to your original payment method.")
    picture_of(buyer, "buyer-3-paid")
    expect(buyer.locator("main")).to_contain_text("ICBC-2026-0301")
    assert faults_of(buyer, PHONE) == []
