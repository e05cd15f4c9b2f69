"""Journeys of merchants and support, at a desk and on a phone."""

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import DESK, PHONE, Open
from .programs import Programs
from .steps import apply, open_ticket, photo, tap

widths = pytest.mark.parametrize("width", [PHONE, DESK])


def applied(open_as: Open, programs: Programs, folder: Path, *, service: str = "Return and refund") -> str:
    return apply(
        open_as("alice"), programs.delivered(), service=service, reason="Quality problem", picture=photo(folder)
    )


def tick(page: Page, ticket: str) -> None:
    page.get_by_role("row").filter(has_text=ticket).locator("input[type=checkbox]").check()


@widths
def test_many_at_once(open_as: Open, programs: Programs, width: int, tmp_path: Path) -> None:
    tickets = [applied(open_as, programs, tmp_path) for _ in range(2)]
    page = open_as("mei", width=width)
    page.goto("/admin/aftersales/ticket/?stage=pending")
    for ticket in tickets:
        tick(page, ticket)
    tap(page, "Approve")
    expect(page.get_by_text("2 tickets can be processed")).to_be_visible()
    assert [programs.get(f"tickets/{ticket}/")["status"] for ticket in tickets] == ["pending_review"] * 2
    tap(page, "Approve: 2 tickets", exact=False)  # and the sum
    expect(page.get_by_text("2 tickets processed")).to_be_visible()
    assert [programs.get(f"tickets/{ticket}/")["status"] for ticket in tickets] == ["pending_return"] * 2


@widths
def test_one_after_the_other(open_as: Open, programs: Programs, width: int, tmp_path: Path) -> None:
    ticket = applied(open_as, programs, tmp_path)
    page = open_as("mei", width=width)
    open_ticket(page, ticket)
    tap(page, "Approve and next")
    expect(page).not_to_have_url(re.compile(ticket))
    assert programs.get(f"tickets/{ticket}/")["status"] == "pending_return"
    expect(page.get_by_role("link", name=ticket).first).to_be_visible()  # the way back to what was decided


def test_by_keyboard(open_as: Open, programs: Programs, tmp_path: Path) -> None:
    applied(open_as, programs, tmp_path)
    page = open_as("mei", width=DESK)
    page.goto("/admin/aftersales/ticket/?stage=pending")
    page.locator("#result_list tbody th a").first.click()
    page.wait_for_url(re.compile(r"/\d+/change/"))
    here = page.url
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page).not_to_have_url(here)
    page.wait_for_load_state()  # the address changes before the page listens to keys
    page.keyboard.press("k")
    expect(page).to_have_url(re.compile(re.escape(here.split("?")[0])))


def test_an_agent_stays_within_the_limit(open_as: Open, programs: Programs, tmp_path: Path) -> None:
    order = programs.delivered(("LAMP-S", "129.00", 2))
    ticket = apply(
        open_as("alice"), order, service="Return and refund", reason="Quality problem", picture=photo(tmp_path)
    )
    page = open_as("wen", width=DESK)
    open_ticket(page, ticket)
    tap(page, "Approve")
    expect(page.locator("main").get_by_text("200.00").first).to_be_visible()  # the limit is named
    assert programs.get(f"tickets/{ticket}/")["status"] == "pending_review"


@widths
def test_shipping_from_a_list(open_as: Open, programs: Programs, width: int, tmp_path: Path) -> None:
    orders = [programs.order(), programs.order()]
    page = open_as("mei", width=width)
    page.goto("/admin/ship/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the list").click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
    assert set(orders) <= {row["order_no"] for row in rows}
    filled = tmp_path / "filled.csv"
    lines = ["order_no,courier,tracking_no", f"{orders[0]},sf,SF9{orders[0]}", f"{orders[1]},sf,SF9{orders[1]}"]
    filled.write_text("\n".join([*lines, "NO-SUCH-ORDER,sf,SF1"]))
    page.set_input_files("input[type=file]", str(filled))
    tap(page, "Check the list")
    expect(page.get_by_text("2 parcels can be shipped")).to_be_visible()
    expect(page.get_by_text("NO-SUCH-ORDER").first).to_be_visible()
    tap(page, "Ship 2 parcels")
    expect(page.get_by_text("2 parcels shipped")).to_be_visible()
    assert [programs.get(f"orders/{order}/")["status"] for order in orders] == ["shipped", "shipped"]


@widths
def test_support_opens_what_was_closed(open_as: Open, programs: Programs, width: int) -> None:
    order = programs.delivered()
    buyer = open_as("alice", width=width)
    buyer.goto(f"/orders/{order}/")
    tap(buyer, "Confirm receipt")
    buyer.fill("[name=password]", "aftersales-demo")
    buyer.locator("#receipt").get_by_role("button", name="Confirm receipt").click()
    page = open_as("sun", width=width)
    page.goto("/admin/find/")
    page.fill("#find-q", order)
    page.press("#find-q", "Enter")
    expect(page).to_have_url(re.compile(r"/admin/orders/order/\d+/change/"))
    tap(page, "Reopen after-sales", role="link", exact=False)
    page.fill("[name=days]", "3")
    page.fill("[name=reason]", "The buyer was ill.")
    tap(page, "Reopen after-sales", exact=False)
    expect(page.get_by_text("The buyer was ill.").first).to_be_visible()


@widths
def test_the_same_review_page_for_any_shop(open_as: Open, programs: Programs, width: int) -> None:
    page = open_as("song", width=width)
    page.goto("/admin/aftersales/ticket/?stage=rejected")
    page.locator("#result_list tbody th a").first.click()
    tap(page, "Reopen", role="link", exact=False)
    expect(page.locator("[name=reason]")).to_be_visible()


@widths
def test_numbers_have_tables_and_files(open_as: Open, width: int) -> None:
    page = open_as("mei", width=width)
    page.goto("/admin/numbers/")
    page.get_by_text("Show as table").first.click()
    expect(page.locator("table").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as CSV").first.click()
    assert Path(download.value.path()).read_bytes().startswith(b"\xef\xbb\xbf")


@widths
def test_a_buyer_has_no_desk(open_as: Open, width: int) -> None:
    answer = open_as("alice", width=width).goto("/admin/")
    assert answer is not None
    assert answer.status == 404
