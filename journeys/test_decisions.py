"""A decision is bound to what was seen, and to what its person may decide: a page that went stale, an agent over the
limit who hands over."""

from pathlib import Path

from playwright.sync_api import expect

from .checks import everywhere, faults_of
from .conftest import Open
from .programs import Programs
from .steps import apply_for, open_ticket, pay, photo, tap, ticket_no, words


@everywhere
def test_a_decision_on_a_page_that_went_stale(
    open_as: Open, programs: Programs, tmp_path: Path, width: int, locale: str
) -> None:
    """The return became a refund without goods while the page stood open: the click pays nothing."""
    say, order = words(locale), programs.delivered(("BLANKET-GREY", "199.00", 1))
    buyer, shop = (open_as(name, width=width, locale=locale) for name in ("alice", "mei"))
    ticket = apply_for(buyer, order, say, type_="return_refund", reason="quality", picture=photo(tmp_path))
    open_ticket(shop, ticket)
    form = shop.locator("#do-approve")
    form.locator("[name=note]").fill("Sorry about that.")

    buyer.goto(f"/tickets/{ticket}/amend/")
    buyer.locator("label:has(#type-refund_only)").click()
    buyer.locator("label:has(#reason-refund_only-late)").click()
    tap(buyer, say("Resend"))
    assert ticket_no(buyer) == ticket

    tap(shop, say("Approve"))
    said = say("This has changed since you looked. Review it again before deciding.")
    expect(shop.get_by_text(said).filter(visible=True).first).to_be_visible()
    expect(form.locator("[name=note]")).to_have_value("Sorry about that.")
    expect(form.locator("[name=return_address_id]")).to_have_count(0)  # nothing comes back any more
    expect(shop.get_by_text(say("Edited and resent")).first).to_be_attached()
    answer = programs.get(f"tickets/{ticket}/")
    assert (answer["type"], answer["status"], answer["refunds"]) == ("refund_only", "pending_review", [])
    assert faults_of(shop, width) == []

    tap(shop, say("Approve"))  # having seen it
    pay(shop, "199.00")
    expect(shop.locator("#do-approve")).to_have_count(0)
    assert programs.get(f"tickets/{ticket}/")["approved_amount"] == "199.00"


@everywhere
def test_an_agent_over_the_limit_hands_over(
    open_as: Open, programs: Programs, tmp_path: Path, width: int, locale: str
) -> None:
    say, order = words(locale), programs.delivered(("LAMP-S", "129.00", 2))
    ticket = apply_for(
        open_as("alice", width=width, locale=locale), order, say,
        type_="return_refund", reason="quality", picture=photo(tmp_path),
    )  # fmt: skip
    agent, manager = (open_as(name, width=width, locale=locale) for name in ("wen", "mei"))
    open_ticket(agent, ticket)
    warning = agent.locator("#do-approve").get_by_role("alert")
    expect(warning).to_contain_text("258.00")  # before any click
    expect(warning).to_contain_text("200.00")
    warning.get_by_role("link").click()
    agent.locator("[name=to]").select_option("mei")
    agent.locator("[name=note]").fill("Above what I may decide.")
    tap(agent, say("Hand over"))
    expect(agent.locator("#work").locator("b")).to_be_visible()
    answer = programs.get(f"tickets/{ticket}/")
    assert (answer["assignee"]["username"], answer["status"]) == ("mei", "pending_review")
    assert faults_of(agent, width) == []

    open_ticket(manager, ticket)
    expect(manager.get_by_text("Above what I may decide.").filter(visible=True).first).to_be_visible()
    expect(manager.locator("#do-approve").get_by_role("alert")).to_have_count(0)
    tap(manager, say("Approve"))
    expect(manager.locator("#do-approve")).to_have_count(0)
    answer = programs.get(f"tickets/{ticket}/")
    assert (answer["status"], answer["approved_amount"]) == ("pending_return", "258.00")
