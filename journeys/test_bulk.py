"""Many tickets at once: a bar says how far it is, leaving asks first, and a cut in the middle loses nothing."""

import pytest
from playwright.sync_api import Dialog, Page, Request, Route, expect

from .checks import faults_of
from .conftest import DESK, PASSWORD, PHONE, Open
from .programs import Programs
from .steps import words

MANY = 25
VERY_MANY = 51  # the page that says what would come of each is made in portions too
widths = pytest.mark.parametrize("width", [PHONE, DESK])


def tickets_to_approve(programs: Programs, site: str, count: int = MANY) -> list[str]:
    buyer = Programs(site, PASSWORD, "alice")
    return [buyer.refund_not_received(programs.shipped(("MUG", "9.00", 1))) for _ in range(count)]


def open_many(page: Page, tickets: list[str]) -> None:
    """The page that the list leads to, for tickets that stand on several pages of it."""
    found = (page.request.get(f"/admin/find/?q={ticket}", max_redirects=0).headers["location"] for ticket in tickets)
    page.goto(f"/admin/bulk/?verb=approve&ids={'.'.join(url.split('/')[-3] for url in found)}")


def paid_once(programs: Programs, tickets: list[str]) -> bool:
    return all(len(programs.get(f"tickets/{ticket}/")["refunds"]) == 1 for ticket in tickets)


class Held:
    """The first portion of a page is held back, so that its bar can be looked at; the others go on their way."""

    def __init__(self, page: Page) -> None:
        self.page, self.routes = page, list[Route]()

    def hold(self) -> None:
        def handle(route: Route) -> None:
            self.routes.append(route)
            if len(self.routes) > 1:
                route.continue_()

        self.page.route("**/admin/bulk/", handle)

    def release(self) -> None:
        self.routes[0].continue_()


@widths
def test_a_bar_says_how_far_it_is(open_as: Open, programs: Programs, site: str, width: int) -> None:
    tickets, page = tickets_to_approve(programs, site), open_as("mei", width=width)
    heard, asked, first = list[str](), list[str](), Held(page)
    open_many(page, tickets)
    page.expose_function("heard", lambda words: heard.append(words))
    page.evaluate(
        """() => { const words = document.querySelector("#running [role=status]");
          new MutationObserver(() => heard(words.textContent)).observe(words, {childList: true}); }"""
    )
    first.hold()
    page.get_by_role("button", name=f"{MANY} tickets").click()
    expect(page.locator("#running [role=status]")).to_have_text(f"0 of {MANY} tickets")
    expect(page.locator("form[data-portion]")).to_be_hidden()
    assert faults_of(page, width) == []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.locator(".breadcrumbs a").first.click(no_wait_after=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    expect(page.locator("#running")).to_be_visible()

    first.release()
    expect(page.get_by_text(f"{MANY} tickets processed")).to_be_visible()
    assert heard[:3] == [f"{done} of {MANY} tickets" for done in (0, 10, 20)]
    assert asked == ["beforeunload"]  # the way to the result does not ask
    expect(page.locator(".bulk-list li")).to_have_count(MANY)
    assert paid_once(programs, tickets)


@widths
def test_what_was_done_before_a_cut_stays_and_the_rest_is_continued(
    open_as: Open, programs: Programs, site: str, width: int
) -> None:
    say, tickets = words("zh-CN"), tickets_to_approve(programs, site)
    page, portions = open_as("mei", width=width, locale="zh-CN"), list[Request]()
    open_many(page, tickets)

    def cut(route: Route) -> None:
        """The answer to the second portion is lost on its way."""
        portions.append(route.request)
        if len(portions) == 2:
            route.fetch()
            route.abort("internetdisconnected")
        else:
            route.continue_()

    page.route("**/admin/bulk/", cut)
    page.locator("form[data-portion] button[data-once]").click()
    again = page.get_by_role("button", name=say("Continue with the rest"))
    expect(again).to_be_focused()
    expect(page.locator(".bulk-list .done")).to_have_count(10)
    expect(page.locator("#running [role=status]")).to_have_text(f"10/{MANY} 单")
    assert faults_of(page, width) == []
    again.click()
    expect(page.get_by_text(f"已处理 {MANY} 单")).to_be_visible()
    assert [request.resource_type for request in portions] == ["fetch"] * 4 + ["document"]  # one of them again
    expect(page.locator(".bulk-list li")).to_have_count(MANY)
    assert paid_once(programs, tickets)
    assert faults_of(page, width) == []


def test_very_many_are_looked_at_in_portions_and_without_javascript_at_once(
    open_as: Open, programs: Programs, site: str
) -> None:
    tickets = tickets_to_approve(programs, site, VERY_MANY)
    page, plain = open_as("mei", width=PHONE), open_as("mei", width=DESK, java_script_enabled=False)
    first = Held(page)
    first.hold()
    open_many(page, tickets)
    expect(page.locator("#running")).to_contain_text(f"0 of {VERY_MANY} tickets")
    assert faults_of(page, PHONE) == []
    first.release()
    expect(page.get_by_text(f"{VERY_MANY} tickets can be processed")).to_be_visible()
    assert faults_of(page, PHONE) == []

    open_many(plain, tickets)
    expect(plain.get_by_text(f"{VERY_MANY} tickets can be processed")).to_be_visible()
    expect(plain.locator("#running")).to_be_hidden()
    plain.get_by_role("button", name=f"{VERY_MANY} tickets").click()
    expect(plain.get_by_text(f"{VERY_MANY} tickets processed")).to_be_visible()
    assert paid_once(programs, tickets)
