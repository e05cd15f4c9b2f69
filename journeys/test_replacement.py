"""What stands between a buyer and the replacement: a parcel that got lost, and a difference that is still to be paid.
And the steps, which tick what was done and nothing else."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .checks import everywhere, faults_of
from .conftest import PASSWORD, PHONE, Open
from .programs import Programs
from .steps import apply_for, open_ticket, photo, send_back, tap, words


@pytest.fixture(scope="session")
def mei(site: str) -> Programs:
    """The shop's manager, by the API: what is not looked at here."""
    return Programs(site, PASSWORD, "mei")


@pytest.fixture
def look(width: int) -> Callable[[Page], None]:
    """Nothing is wrong with the page, and it is as wide as it was afterwards."""

    def check(page: Page) -> None:
        assert faults_of(page, width) == []
        page.set_viewport_size({"width": width, "height": 844 if width == PHONE else 800})

    return check


def step(page: Page, name: str) -> Any:
    return page.locator(".as-stepper li").filter(has_text=name)


def done(page: Page, name: str) -> None:
    """Ticked, with its time."""
    expect(step(page, name)).to_have_class("is-done")
    expect(step(page, name).locator("time")).to_be_visible()


@everywhere
def test_a_lost_replacement(
    open_as: Open, programs: Programs, mei: Programs, tmp_path: Path, look: Callable[[Page], None], width: int,
    locale: str,
) -> None:  # fmt: skip
    say = words(locale)
    buyer, shop = (open_as(name, width=width, locale=locale) for name in ("alice", "mei"))
    order = programs.shipped()
    ticket = apply_for(buyer, order, say, type_="reissue", reason="lost")
    mei.do(ticket, "approve")
    mei.do(ticket, "reship", courier="sf", tracking_no=f"SF1{ticket[-10:]}")
    programs.lose(ticket)

    buyer.goto(f"/tickets/{ticket}/")
    expect(buyer.get_by_text(say("Your parcel didn't reach you")).first).to_be_visible()
    expect(buyer.get_by_text(say("The courier reported this parcel as lost."))).to_be_visible()
    expect(buyer.get_by_text(say("Confirm arrival"), exact=True).filter(visible=True)).to_have_count(0)
    expect(buyer.locator(".as-btn--p").filter(visible=True)).to_have_count(0)
    expect(step(buyer, say("did not arrive"))).to_have_class("is-now")
    look(buyer)
    # The one way to say that it came names what comes of it.
    buyer.goto(f"/tickets/{ticket}/confirm-replacement/")
    text = "The shop then won't resend or refund anything, and this ticket is completed."
    expect(buyer.get_by_text(say(text)).filter(visible=True).first).to_be_visible()
    look(buyer)

    open_ticket(shop, ticket)
    expect(shop.get_by_text(say("Shop needs to resend or refund: the parcel didn't arrive"))).to_be_visible()
    look(shop)
    mei.do(ticket, "reship", courier="sf", tracking_no=f"SF2{ticket[-10:]}")
    buyer.goto(f"/tickets/{ticket}/")
    tap(buyer, say("Confirm arrival"), role="link")
    tap(buyer.locator("dialog[open]"), say("Confirm arrival"))  # type: ignore[arg-type]
    expect(buyer.get_by_text(say("Resent")).first).to_be_visible()
    done(buyer, say("Confirm receipt"))


@everywhere
def test_a_difference_is_paid_on_the_shops_page(
    open_as: Open, programs: Programs, mei: Programs, tmp_path: Path, look: Callable[[Page], None], width: int,
    locale: str,
) -> None:  # fmt: skip
    say = words(locale)
    for sku, price in (("FRAME-S", "99.00"), ("FRAME-L", "159.00")):
        programs.sells(sku, price, "相框", spec=sku)
    buyer = open_as("alice", width=width, locale=locale)
    order = programs.delivered(("FRAME-S", "99.00", 1))
    ticket = apply_for(
        buyer, order, say, type_="exchange", reason="wrong_choice", picture=photo(tmp_path), instead="FRAME-L"
    )
    mei.do(ticket, "approve")
    buyer.goto(f"/tickets/{ticket}/")
    look(buyer)
    pay = say("Pay %(amount)s") % {"amount": "¥60.00"}
    tap(buyer, pay, role="link")
    expect(buyer).to_have_url(re.compile("/sandbox/pay/"))
    look(buyer)
    tap(buyer, pay)
    expect(buyer).to_have_url(re.compile(f"/tickets/{ticket}/$"))
    done(buyer, say("Pay the difference"))
    assert programs.get(f"tickets/{ticket}/")["difference_paid"] is True

    send_back(buyer, ticket, f"SF11{ticket[-10:]}", say)
    expect(step(buyer, say("Shop checks it"))).to_have_class("is-now")
    line = programs.get(f"tickets/{ticket}/")["lines"][0]["line_id"]
    mei.do(ticket, "receive", units=[{"line_id": line, "quantity": 1, "condition": "as_new"}])
    buyer.reload()
    done(buyer, say("Shop checks it"))
    look(buyer)


@everywhere
def test_an_unpaid_order_is_paid_on_the_shops_page(
    open_as: Open, programs: Programs, look: Callable[[Page], None], width: int, locale: str
) -> None:
    say = words(locale)
    buyer = open_as("alice", width=width, locale=locale)
    order = programs.unpaid(f"U-{width}-{locale}")
    buyer.goto(f"/orders/{order}/")
    look(buyer)
    pay = say("Pay %(amount)s") % {"amount": "¥129.00"}
    tap(buyer, pay, role="link")
    tap(buyer, say("Do not pay"))
    expect(buyer.get_by_text(say("You haven't paid. You can try again here.")).first).to_be_visible()
    tap(buyer, pay, role="link")
    tap(buyer, pay)
    expect(buyer).to_have_url(re.compile(f"/orders/{order}/$"))
    assert programs.get(f"orders/{order}/")["status"] == "paid"
    expect(buyer.get_by_role("link", name=pay)).to_have_count(0)


@everywhere
def test_nothing_is_ticked_that_was_not_done(
    open_as: Open, programs: Programs, mei: Programs, tmp_path: Path, look: Callable[[Page], None], width: int,
    locale: str,
) -> None:  # fmt: skip
    say = words(locale)
    buyer, shop = (open_as(name, width=width, locale=locale) for name in ("alice", "mei"))
    order = programs.delivered()
    ticket = apply_for(buyer, order, say, type_="return_refund", reason="quality", picture=photo(tmp_path))
    mei.do(ticket, "approve")
    buyer.goto(f"/tickets/{ticket}/withdraw/")
    tap(buyer, say("Withdraw"))
    expect(buyer).to_have_url(re.compile(f"/tickets/{ticket}/$"))
    done(buyer, say("Shop review"))
    expect(step(buyer, say("Send back"))).not_to_have_class("is-done")
    expect(step(buyer, say("Send back")).locator("time")).to_have_count(0)
    look(buyer)
    open_ticket(shop, ticket)
    expect(shop.locator(".flow li")).to_have_count(3)
    expect(shop.locator(".flow li").nth(1)).to_have_class("todo")
    look(shop)
