"""`python -m journeys.pictures http://127.0.0.1:8000`: the pictures of docs/screenshots, taken from a running demo."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from scripts.chromium import FLAGS, found

from .conftest import DESK, PASSWORD, PHONE

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screenshots"


@dataclass(frozen=True)
class Shot:
    """`click`: what is followed from `path`, by its selector."""

    name: str
    who: str
    path: str
    click: str = ""
    width: int = PHONE
    locale: str = "zh-CN"
    scheme: Literal["light", "dark"] = "light"


APPLY = "/orders/DEMO-1002/apply/"
SHOTS = (
    Shot("home-phone", "alice", "/"),
    Shot("apply-phone", "alice", APPLY),
    Shot("tickets-phone", "alice", "/tickets/"),
    Shot("ticket-phone", "alice", "/tickets/?type=return_refund&stage=approved", "article a[href*='/tickets/']"),
    Shot("ticket-phone-dark-en", "alice", "/tickets/?type=exchange", "article a[href*='/tickets/']", locale="en",
         scheme="dark"),
    Shot("orders", "alice", "/orders/", width=DESK, locale="en"),
    Shot("apply", "alice", "/orders/DEMO-1005/apply/", width=DESK, locale="en"),
    Shot("home", "mei", "/admin/", width=DESK, locale="en"),
    Shot("queue", "mei", "/admin/aftersales/ticket/", width=DESK, locale="en"),
    Shot("review", "mei", "/admin/aftersales/ticket/?stage=pending&type__exact=exchange",
         "#result_list tbody th a", width=DESK),
    Shot("receive-phone", "mei", "/admin/receive/"),
    Shot("numbers", "mei", "/admin/numbers/", width=DESK, locale="en", scheme="dark"),
    Shot("settings", "mei", "/admin/settings/", width=DESK),
)  # fmt: skip


def main(site: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found(), args=FLAGS)
        for shot in SHOTS:
            page = sit_down(browser, site, shot)
            page.goto(shot.path)
            if shot.click:
                page.locator(shot.click).first.click()
            page.wait_for_load_state("networkidle")
            page.screenshot(path=FOLDER / f"{shot.name}.png")
            page.context.close()
            print(shot.name)
        browser.close()


def sit_down(browser: Browser, site: str, shot: Shot) -> Page:
    size: ViewportSize = {"width": shot.width, "height": 844 if shot.width == PHONE else 800}
    context = browser.new_context(
        base_url=site,
        viewport=size,
        locale=shot.locale,
        color_scheme=shot.scheme,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto("/login/")
    page.fill("[name=username]", shot.who)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login/" not in url)
    return page


if __name__ == "__main__":
    main(*sys.argv[1:])
