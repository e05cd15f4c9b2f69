"""The shop proposes other terms, and the buyer answers on their phone."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from .checks import faults_of
from .conftest import DESK, PHONE, Open
from .programs import Programs
from .steps import Words, apply, apply_for, choose, open_ticket, photo, tap, words

everywhere = pytest.mark.parametrize(
    ("width", "locale", "script"),
    [(PHONE, "zh-CN", True), (DESK, "en", True), (PHONE, "en", False)],
)  # fmt: skip


def offered(
    open_as: Open, programs: Programs, folder: Path, say: Words = str, width: int = DESK, locale: str = "en"
) -> str:
    order, buyer = programs.delivered(), open_as("alice", locale=locale)
    ticket = apply_for(buyer, order, say, type_="return_refund", reason="quality", picture=photo(folder))
    page = open_as("mei", width=width, locale=locale)
    open_ticket(page, ticket)
    choose(page, say("Make an offer"))
    form = page.locator("#do-offer")
    form.locator("[name=type]").select_option("refund_only")
    form.locator("[name=amount]").fill("30.00")
    form.locator("[name=note]").fill("Keep it, it is only a scratch.")
    tap(page, say("Make an offer"))
    expect(page.locator("#do-offer")).to_be_attached()
    expect(page.get_by_text("it is only a scratch").first).to_be_attached()
    return ticket


@everywhere
def test_an_offer_made_and_accepted(
    open_as: Open, programs: Programs, tmp_path: Path, width: int, locale: str, script: bool
) -> None:
    say = words(locale)
    ticket = offered(open_as, programs, tmp_path, say, width, locale)
    page = open_as("alice", width=width, locale=locale, java_script_enabled=script)
    page.goto("/")
    waits = page.get_by_role("link", name=say("Answer the offer")).filter(visible=True)
    waits.and_(page.locator(f"[href*='{ticket}']")).first.click()
    card = page.locator("#offer")
    expect(card.get_by_role("rowheader", name=say("Your refund"))).to_be_visible()
    expect(card.get_by_text("¥30.00")).to_be_visible()
    expect(card.get_by_text("it is only a scratch")).to_be_visible()
    if script:
        assert faults_of(page, width) == []
    tap(page, say("Accept the offer"))
    expect(page.get_by_text(say("You accepted the shop's offer. It takes effect now.")).first).to_be_visible()
    answer = programs.get(f"tickets/{ticket}/")
    assert (answer["type"], answer["approved_amount"]) == ("refund_only", "30.00")
    assert [offer["status"] for offer in answer["offers"]] == ["accepted"]


def test_an_offer_declined(open_as: Open, programs: Programs, tmp_path: Path) -> None:
    ticket = offered(open_as, programs, tmp_path)
    page = open_as("alice", width=PHONE)
    page.goto(f"/tickets/{ticket}/")
    tap(page, "Decline")
    expect(page.get_by_text("You declined the offer.").first).to_be_visible()
    assert programs.get(f"tickets/{ticket}/")["status"] == "pending_review"


def test_less_money_leads_to_the_offer(open_as: Open, programs: Programs, tmp_path: Path) -> None:
    """The shop has nothing to tick: the sentence says what to do instead, and what was typed stays."""
    order = programs.delivered()
    ticket = apply(
        open_as("alice"), order, service="Return and refund", reason="Quality problem", picture=photo(tmp_path)
    )
    page = open_as("mei", width=DESK)
    open_ticket(page, ticket)
    page.fill("[name=refund_amount] >> visible=true", "1.00")
    tap(page, "Approve")
    expect(page.get_by_text("The buyer has to agree to less than requested").first).to_be_visible()
    expect(page.locator("[name=refund_amount]").first).to_have_value("1.00")
    expect(page.get_by_text("Make an offer").first).to_be_visible()
