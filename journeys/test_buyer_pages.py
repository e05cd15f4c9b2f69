"""What a buyer's pages offer, count and show, in both languages, on a phone and at a desk."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from .checks import everywhere, faults_of
from .conftest import Open
from .programs import Programs
from .steps import apply_for, open_ticket, photo, tap, words

TARGET = 44
SMALL = """() => [...document.querySelectorAll("main a.as-btn, main button, main summary, main select")]
    .filter(element => element.offsetParent && !element.closest(".as-vh"))
    .filter(element => Math.min(...["width", "height"].map(side => element.getBoundingClientRect()[side])) < %d)
    .map(element => element.outerHTML.slice(0, 120))"""


def looked(page: Page) -> None:
    """Until the page has fetched what depends on the choice."""
    expect(page.locator("#apply.htmx-request")).to_have_count(0)
    page.wait_for_load_state("networkidle")


@everywhere
def test_the_application_offers_what_can_be_had(
    open_as: Open, programs: Programs, width: int, locale: str, tmp_path: Path
) -> None:
    say, page = words(locale), open_as("alice", width=width, locale=locale)
    programs.sells("LANTERN-S", "99.00", "风灯", spec="S")
    programs.sells("LANTERN-M", "119.00", "风灯", spec="M")
    programs.sells("WICK", "9.00", "灯芯", exchange_excluded=True)
    order = programs.delivered(("LANTERN-S", "99.00", 1), ("WICK", "9.00", 1), ("LAMP-S", "129.00", 1))
    _lantern, wick, lamp = (line["line_id"] for line in programs.get(f"orders/{order}/")["lines"])
    busy = apply_for(page, order, say, type_="return_refund", reason="quality", picture=photo(tmp_path), line=int(lamp))

    page.goto(f"/orders/{order}/apply/")
    expect(page.locator(f"#line-{lamp}")).not_to_be_checked()
    expect(page.locator(f"#line-{lamp}")).to_be_disabled()
    expect(page.get_by_role("link", name=busy)).to_have_attribute("href", f"/tickets/{busy}/")

    page.locator(f"label[for=line-{wick}]").click()
    looked(page)
    page.locator("label:has(#type-exchange)").click()
    looked(page)
    other = page.locator('#instead label:has([value="LANTERN-M"])')
    expect(other.locator("img")).to_be_visible()
    expect(other).to_contain_text("¥119.00")
    expect(other).to_contain_text(re.compile("50|49"))
    page.locator(f"label[for=line-{wick}]").click()
    expect(page.locator("#dropped")).to_be_visible()
    expect(page.locator("[name=type]:checked")).to_have_count(0)
    page.locator(f"label[for=line-{wick}]").click()
    expect(page.locator("#dropped")).to_have_count(0)
    page.locator("label:has(#type-exchange)").click()
    looked(page)

    tap(page, say("Submit"))
    expect(page.locator("#problems")).to_be_visible()
    expect(page.locator("#reason-err")).not_to_be_empty()
    assert faults_of(page, width) == []
    page.locator("label:has(#reason-exchange-wrong_choice)").click()
    expect(page.locator("#problems")).to_have_count(0)
    expect(page.locator("#reason-err p")).to_have_count(0)
    assert page.evaluate(SMALL % TARGET) == []


def waiting(page: Page) -> tuple[int, list[str]]:
    """The badge, and the numbers of the tickets on every page of the list."""
    page.goto("/tickets/?stage=waiting")
    badge = page.locator(".as-dot").filter(visible=True)
    count = int(re.sub(r"\D", "", badge.first.inner_text())) if badge.count() else 0
    numbers: list[str] = []
    while True:
        numbers += page.locator("article .as-ticket__n > span:first-child .as-num").all_inner_texts()
        if not page.locator("[rel=next]").count():
            return count, numbers
        page.locator("[rel=next]").click()
        page.wait_for_load_state()


@everywhere
def test_the_badge_counts_the_list_of_what_waits(
    open_as: Open, programs: Programs, width: int, locale: str, tmp_path: Path
) -> None:
    say = words(locale)
    buyer, shop = (open_as(name, width=width, locale=locale) for name in ("bob", "mei"))
    before, numbers = waiting(buyer)
    assert before == len(numbers)
    order = programs.delivered(buyer="bob")
    ticket = apply_for(buyer, order, say, type_="return_refund", reason="quality", picture=photo(tmp_path))
    assert waiting(buyer) == (before, numbers)  # the shop has to decide
    open_ticket(shop, ticket)
    shop.locator("label, summary, button").filter(has_text=say("Reject")).filter(visible=True).first.click()
    shop.fill("[name=reason] >> visible=true", "No fault can be seen.")
    tap(shop, say("Reject"))
    expect(shop.locator("#do-reject")).to_have_count(0)
    after, now_waiting = waiting(buyer)
    assert (after, set(now_waiting)) == (before + 1, {*numbers, ticket})
    buyer.goto("/")
    assert faults_of(buyer, width) == []


@everywhere
def test_the_address_is_copied_by_the_keyboard(
    open_as: Open, programs: Programs, width: int, locale: str, tmp_path: Path
) -> None:
    say, order = words(locale), programs.delivered()
    clipboard = ["clipboard-read", "clipboard-write"]
    buyer = open_as("alice", width=width, locale=locale, permissions=clipboard)
    shop = open_as("mei", width=width, locale=locale)
    ticket = apply_for(buyer, order, say, type_="return_refund", reason="quality", picture=photo(tmp_path))
    open_ticket(shop, ticket)
    tap(shop, say("Approve"))
    expect(shop.locator("#do-approve")).to_have_count(0)
    buyer.goto(f"/tickets/{ticket}/")
    button = buyer.get_by_role("button", name=say("Copy the address")).filter(visible=True)
    button.focus()
    buyer.keyboard.press("Enter")
    expect(buyer.get_by_role("status").filter(has_text=say("Copied")).first).to_be_visible()
    expect(button).to_be_focused()
    copied = buyer.evaluate("navigator.clipboard.readText()")
    assert buyer.locator("#now .as-lines").first.inner_text() in copied
    assert buyer.evaluate(SMALL % TARGET) == []
    assert faults_of(buyer, width) == []
    plain = open_as("alice", width=width, locale=locale, java_script_enabled=False)
    plain.goto(f"/tickets/{ticket}/")
    expect(plain.locator("#now .as-lines").first).to_be_visible()
    expect(plain.get_by_role("button", name=say("Copy the address"))).to_have_count(0)
