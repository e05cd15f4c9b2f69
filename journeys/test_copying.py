"""The receiver of an order at the desk: shown by a button, copied by another; and fields for files in words of ours."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import DESK, PHONE, Open
from .programs import Programs
from .steps import photo, words

widths = pytest.mark.parametrize("width", [PHONE, DESK])
TO = "林小满 13800006021 杭州市西湖区 1 号"
LEAST = {PHONE: 44, DESK: 32}
_SMALL = """least => [...document.querySelectorAll("button, .button, [type=submit], summary, .chips a, .file-pick")]
  .filter(each => each.checkVisibility() && !each.closest(".visually-hidden, .skip"))
  .filter(each => each.getBoundingClientRect().height < least - 0.1).map(each => each.outerHTML.slice(0, 120))"""


def open_order(page: Page, number: str) -> None:
    page.goto(f"/admin/find/?q={number}")
    page.wait_for_url(re.compile(r"/orders/order/\d+/change/"))


def small(page: Page, width: int) -> list[str]:
    page.eval_on_selector_all("details", "all => all.forEach(each => { each.open = true })")
    found: list[str] = page.evaluate(_SMALL, LEAST[width])
    return found


def pasted(page: Page) -> str:
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


@widths
def test_name_phone_and_address_in_one_click(open_as: Open, programs: Programs, width: int) -> None:
    page = open_as("mei", width=width, permissions=["clipboard-read", "clipboard-write"])
    open_order(page, programs.order())
    form = page.locator("#do-ship")
    expect(form).not_to_contain_text("13800006021")
    assert small(page, width) == []
    form.get_by_role("button", name="Show the receiver").click()
    expect(form).to_contain_text("13800006021")
    copy = form.get_by_role("button", name="Copy the address")
    copy.click()
    expect(form.get_by_role("status")).to_have_text("Copied")
    expect(copy).to_be_focused()
    assert pasted(page) == TO
    assert small(page, width) == []


def test_on_the_shipping_page(open_as: Open, programs: Programs, tmp_path: Path) -> None:
    number, filled = programs.order(), tmp_path / "list.csv"
    filled.write_text(f"order_no,courier,tracking_no\n{number},sf,SF-{number}\n")
    page = open_as("mei", width=DESK, permissions=["clipboard-read", "clipboard-write"])
    page.goto("/admin/ship/")
    page.set_input_files("input[type=file]", str(filled))
    expect(page.locator(".file-name")).to_have_text("list.csv")
    page.get_by_role("button", name="Check the list").click()
    page.get_by_role("button", name=f"Show the receiver {number}").click()
    page.get_by_role("button", name="Copy the address").click()
    expect(page.locator(".receiver").get_by_role("status")).to_have_text("Copied")
    assert pasted(page) == TO
    assert small(page, DESK) == []


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_a_field_for_files_speaks_the_language_of_the_page(
    open_as: Open, programs: Programs, tmp_path: Path, locale: str
) -> None:
    say, page = words(locale), open_as("mei", width=PHONE, locale=locale)
    open_order(page, programs.shipped(("LAMP-S", "129.00", 1)))
    page.goto(re.sub("change/$", "prove_delivery/", page.url))
    picker = page.locator(".file-pick")
    expect(picker.locator(".button")).to_have_text(say("Choose files"))
    expect(picker.locator(".file-name")).to_have_text(say("No file chosen"))
    with page.expect_file_chooser() as chooser:
        picker.click()
    chooser.value.set_files([str(photo(tmp_path))])
    expect(picker.locator(".file-name")).to_have_text("crack.jpg")
    assert small(page, PHONE) == []
