"""Nobody pays by key and Enter: a page names the amount and the goods first, and it has to be pressed."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from .checks import everywhere, faults_of
from .conftest import Open
from .programs import Programs
from .steps import apply_for, open_ticket, pay, photo, send_back, tap, words


def hammer(page: Page) -> None:
    """Each letter that leads to a form, with Enter behind it, and once more where that led."""
    here = page.url
    for key in "agfrs":
        page.goto(here)
        for pressed in (key, "Enter", key, "Enter", "Enter"):
            page.keyboard.press(pressed)
            page.wait_for_timeout(400)
            page.wait_for_load_state()
    page.goto(here)


def number_for(ticket: str) -> str:
    return f"SF11{ticket[-10:]}"


def money_of(programs: Programs, ticket: str) -> list[Any]:
    refunds: list[Any] = programs.get(f"tickets/{ticket}/")["refunds"]
    return refunds


@everywhere
def test_a_refund_is_paid_by_the_button_of_its_own_page_only(
    open_as: Open, programs: Programs, tmp_path: Path, width: int, locale: str
) -> None:
    say, order = words(locale), programs.delivered(("BLANKET-GREY", "199.00", 1))
    buyer, shop = (open_as(name, width=width, locale=locale) for name in ("alice", "mei"))
    ticket = apply_for(buyer, order, say, type_="return_refund", reason="quality", picture=photo(tmp_path))
    open_ticket(shop, ticket)
    tap(shop, say("Approve"))
    expect(shop.locator("#do-approve")).to_have_count(0)

    # The buyer's turn: nothing stands out, nothing is filled in, and no key pays.
    expect(shop.locator("main .button.default, main .button.danger")).to_have_count(0)
    hammer(shop)
    assert money_of(programs, ticket) == []
    open_ticket(shop, ticket)
    shop.locator("#decide").get_by_role("link", name=say("Receive goods")).filter(visible=True).first.click()
    expect(shop.locator("[name$=-as_new]").first).to_have_value("")

    send_back(buyer, ticket, number_for(ticket), say)
    open_ticket(shop, ticket)
    hammer(shop)
    assert money_of(programs, ticket) == []
    open_ticket(shop, ticket)
    form = shop.locator("#do-receive")
    expect(form.locator("[name$=-as_new]")).to_have_value("1")
    form.locator("[name$=-as_new]").press("Enter")
    asked = shop.locator("form.asking")
    expect(asked).to_contain_text("199.00")
    expect(asked).to_contain_text(number_for(ticket))
    for key in ("Enter", "a", "Enter", "g", "Enter"):
        shop.keyboard.press(key)
    assert money_of(programs, ticket) == []
    assert faults_of(shop, width) == []

    pay(shop, "199.00")
    shop.wait_for_url("**/change/**")
    assert [refund["amount"] for refund in money_of(programs, ticket)] == ["199.00"]


@everywhere
def test_many_at_once_are_not_paid_by_enter(
    open_as: Open, programs: Programs, tmp_path: Path, width: int, locale: str
) -> None:
    say, order = words(locale), programs.delivered(("LAMP-S", "129.00", 1))
    buyer, shop = (open_as(name, width=width, locale=locale) for name in ("alice", "mei"))
    ticket = apply_for(buyer, order, say, type_="return_refund", reason="quality", picture=photo(tmp_path))
    open_ticket(shop, ticket)
    tap(shop, say("Approve"))
    expect(shop.locator("#do-approve")).to_have_count(0)
    send_back(buyer, ticket, number_for(ticket), say)
    row = shop.url.split("/ticket/")[1].split("/")[0]
    shop.goto(f"/admin/bulk/?verb=receive&ids={row}")
    shop.locator("[name=condition]").first.press("Enter")
    shop.get_by_role("button", name="129.00").wait_for()
    for key in ("Enter", "a", "g", "Enter"):
        shop.keyboard.press(key)
    assert money_of(programs, ticket) == []
    assert faults_of(shop, width) == []
    shop.get_by_role("button", name="129.00").click()
    expect(shop.get_by_text(number_for(ticket)).first).to_be_visible()
    assert [refund["amount"] for refund in money_of(programs, ticket)] == ["129.00"]
