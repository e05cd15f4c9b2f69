"""A buyer has a return collected: booked, taken back, booked again, and on its way without a number typed in (S-085).

With a product of its own, whose couriers are the fake's."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from .checks import faults_of
from .conftest import DESK, PASSWORD, PHONE, Open, logged_in, own_environment, running
from .programs import Programs
from .steps import apply_for, open_ticket, photo, picture_of, tap

ADDRESS = "上海市徐汇区漕溪北路 18 号"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(own_environment(tmp_path_factory.mktemp("var")) | {"FAKE_CHANNELS": "1"}) as address:
        yield address


@pytest.fixture(scope="module")
def sessions(site: str, chromium: Browser) -> Callable[[str], Any]:
    return logged_in(site, chromium)


@pytest.fixture(scope="module")
def programs(site: str) -> Programs:
    return Programs(site, PASSWORD)


def book(buyer: Page, ticket: str) -> None:
    buyer.goto(f"/tickets/{ticket}/book-pickup/")
    buyer.locator("label.as-chip").filter(has_text="YTO Express").click()
    buyer.locator("label.as-chip").filter(has_text="17:00-19:00").last.click()
    buyer.fill("[name=address]", ADDRESS)
    assert faults_of(buyer, PHONE) == []
    tap(buyer, "Have it picked up")


def test_a_return_is_collected(open_as: Open, programs: Programs, tmp_path: Path) -> None:
    order = programs.delivered(("LAMP-S", "100.00", 1))
    buyer, shop = open_as("alice", width=PHONE), open_as("mei", width=DESK)
    ticket = apply_for(buyer, order, str, type_="return_refund", reason="quality", picture=photo(tmp_path))
    open_ticket(shop, ticket)
    tap(shop, "Approve")
    buyer.goto(f"/tickets/{ticket}/")
    expect(buyer.locator("#now")).to_contain_text("A courier can collect it from you, and the shop pays.")

    # Nothing is chosen: the browser says so, and nothing is sent.
    buyer.locator("#now").get_by_role("link", name="Have it picked up").click()
    tap(buyer, "Have it picked up")
    expect(buyer).to_have_url(re.compile("book-pickup"))

    book(buyer, ticket)
    expect(buyer.get_by_role("heading", level=1)).to_contain_text("A courier comes for your parcel")
    expect(buyer.locator("#now")).to_contain_text(ADDRESS)
    picture_of(buyer, "pickup-1-booked")
    assert faults_of(buyer, PHONE) == []

    # Taken back before anybody came.
    buyer.locator("#now").get_by_role("link", name="Cancel the pickup").click()
    tap(buyer, "Cancel the pickup")
    programs.ticket_once(ticket, lambda answer: answer["pickup"]["status"] == "cancelled")
    buyer.goto(f"/tickets/{ticket}/")
    expect(buyer.locator("#now")).to_contain_text("Send the goods back")

    book(buyer, ticket)
    answer = programs.ticket_once(ticket, lambda answer: answer["return_parcel"] is not None)
    buyer.goto(f"/tickets/{ticket}/")
    expect(buyer.get_by_role("heading", level=1)).to_contain_text(re.compile("on its way|checking your goods"))
    number = answer["return_parcel"]["tracking_no"]
    expect(buyer.locator("main")).to_contain_text(number)
    picture_of(buyer, "pickup-2-collected")

    open_ticket(shop, ticket)
    expect(shop.locator("body")).to_contain_text(number)
    expect(shop.locator("body")).to_contain_text("Pickup")
