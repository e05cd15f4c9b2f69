"""A lost parcel turns up after its refund: the shop finds it in its list and notes what was agreed with the buyer."""

import pytest
from playwright.sync_api import expect

from .checks import faults_of
from .conftest import DESK, PASSWORD, PHONE, Open
from .programs import Programs

NOTE = "The buyer keeps it and pays again."


@pytest.mark.parametrize(("width", "locale"), [(PHONE, "en"), (DESK, "zh-CN")])
def test_the_shop_notes_what_was_agreed(open_as: Open, programs: Programs, site: str, width: int, locale: str) -> None:
    number = programs.shipped()
    programs.report(number, "lost")
    buyer, shop = Programs(site, PASSWORD, "alice"), Programs(site, PASSWORD, "mei")
    ticket = buyer.refund_not_received(number)
    shop.do(ticket, "approve")
    programs.report(number, "delivered")
    page = open_as("mei", width=width, locale=locale)
    page.goto("/admin/aftersales/ticket/?todo=delivered_after_refund")
    page.locator("#result_list tbody th a").filter(has_text=ticket).click()
    expect(page.locator(".alert").first).to_be_visible()
    assert faults_of(page, width) == []
    page.goto(page.locator("a[href*='/agree_on_delivery/']").first.get_attribute("href") or "")
    page.fill("[name=note]", NOTE)
    page.locator("[name=note]").locator("xpath=ancestor::form").locator("[type=submit]").last.click()
    expect(page.locator("main")).to_contain_text(NOTE)
    expect(page.locator("a[href*='/agree_on_delivery/']")).to_have_count(0)
    seen = open_as("alice", width=width, locale=locale)
    seen.goto(f"/tickets/{ticket}/")
    expect(seen.locator("main")).to_contain_text(NOTE)
