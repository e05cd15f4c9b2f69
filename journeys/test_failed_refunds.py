"""A refund that the channel refuses: what buyer and shop read, and how it is paid in the end."""

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from .checks import everywhere, faults_of
from .conftest import Open
from .programs import Programs
from .steps import Words, apply_for, open_ticket, pay, photo, tap, words


def refused(programs: Programs, shop: Page, ticket: str, say: Words) -> None:
    """Approved and paid; the senders have asked the channel."""
    open_ticket(shop, ticket)
    tap(shop, say("Approve"))
    pay(shop, "100.00")
    for _ in range(240):
        if "failed" in [refund["status"] for refund in programs.get(f"tickets/{ticket}/")["refunds"]]:
            return
        shop.wait_for_timeout(500)
    raise AssertionError("no refund failed")


def narrow(panel: Locator) -> list[str]:
    """The texts of the panel that have less than half of its width."""
    found: list[str] = panel.evaluate(
        """panel => [...panel.querySelectorAll("li p")].filter(each => each.offsetWidth < panel.offsetWidth / 2)
          .map(each => each.textContent)"""
    )
    return found


@everywhere
def test_one_of_two_payments_is_refused(
    open_as: Open, programs: Programs, tmp_path: Path, width: int, locale: str
) -> None:
    say = words(locale)
    order = programs.delivered(("LAMP-S", "100.00", 1), refused="58.00")
    buyer, shop = (open_as(name, width=width, locale=locale) for name in ("alice", "mei"))
    ticket = apply_for(buyer, order, say, type_="refund_only", reason="late", picture=photo(tmp_path))
    refused(programs, shop, ticket, say)
    for _ in range(240):
        states = [refund["status"] for refund in programs.get(f"tickets/{ticket}/")["refunds"]]
        if sorted(states) == ["failed", "succeeded"]:
            break
        shop.wait_for_timeout(500)

    buyer.goto(f"/tickets/{ticket}/")
    expect(buyer.get_by_role("heading", level=1)).to_contain_text(say("Your refund didn't go through"))
    for text in ("%(amount)s could not be paid out.", "%(amount)s has been paid back."):
        amount = "¥58.00" if "not be" in text else "¥42.00"
        expect(buyer.locator("main")).to_contain_text(say(text) % {"amount": amount})
    assert faults_of(buyer, width) == []

    shop.goto("/admin/aftersales/ticket/?todo=failed")
    shop.get_by_role("link", name=ticket).first.click()
    panel = shop.locator("#failed-refunds")
    for text, amount in (("%(amount)s could not be paid out.", "¥58.00"), ("%(amount)s has been paid back.", "¥42.00")):
        expect(panel).to_contain_text(say(text) % {"amount": amount})
    assert narrow(panel) == []
    assert faults_of(shop, width) == []
    panel.get_by_role("button", name=say("Retry refund")).press("Enter")
    shop.locator("form.asking").wait_for()
    shop.keyboard.press("Enter")  # nothing is paid by it
    assert len(programs.get(f"tickets/{ticket}/")["refunds"]) == 2
    assert faults_of(shop, width) == []
    shop.get_by_role("link", name=say("Back without changes")).click()

    panel.get_by_role("link", name=say("Settle manually")).click()
    shop.fill("[name=proof]", "T-2026-9")
    tap(shop, say("Settle manually"))
    expect(shop.locator("#failed-refunds")).to_contain_text("T-2026-9")
    assert programs.get(f"tickets/{ticket}/")["status"] == "pending_refund"
    second = open_as("song", width=width, locale=locale)
    open_ticket(second, ticket)
    second.get_by_role("link", name=say("Confirm manual settlement")).click()
    tap(second, say("Settle manually"))
    expect(second.locator("#failed-refunds")).to_have_count(0)
    assert programs.get(f"tickets/{ticket}/")["status"] == "completed"
