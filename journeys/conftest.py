"""The product as people meet it: `make run` in a folder of its own, and Chromium in front of it.

Not part of `make test`, which needs nothing but Python: `make journeys` runs these, and `.ci/run` does.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from devserver.ports import free_port
from scripts.chromium import FLAGS, found

from .programs import Programs
from .server import wait_until_ready

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "aftersales-demo"
PHONE, DESK = 390, 1280
# On a busy machine; whoever needs less waits less.
STOP_SECONDS = 90
PAGE_SECONDS = 45
expect.set_options(timeout=PAGE_SECONDS * 1000)

# The browser's own lines for an answer that is an error on purpose, and for the network that a test has cut.
BROWSERS_OWN = (
    "Failed to load resource: the server responded with a status of",
    "Failed to load resource: net::ERR_INTERNET_DISCONNECTED",
)


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Of the product: a folder and a port of its own."""
    return own_environment(tmp_path_factory.mktemp("var"))


def own_environment(var: Path) -> dict[str, str]:
    keep = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    for name in ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "MAKELEVEL"):
        keep.pop(name, None)
    return keep | {"AFTERSALES_VAR": str(var), "PORT": str(free_port()), "THROTTLE_LOGIN": "1000/min"}


@pytest.fixture(scope="session")
def site(environment: dict[str, str]) -> Iterator[str]:
    with running(environment) as address:
        yield address


@contextmanager
def running(environment: dict[str, str]) -> Iterator[str]:
    """The address of a fresh product with the demo in it: web, worker, beat and PostgreSQL of its own."""
    var, port = Path(environment["AFTERSALES_VAR"]), int(environment["PORT"])
    with open(var / "site.log", "w+") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "devserver.run"], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            wait_until_ready(port, process, var / "site.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)


@pytest.fixture(scope="session")
def manage(site: str, environment: dict[str, str]) -> Callable[..., str]:
    """`manage("reconcile", "--bill", path)`: a command beside the product, as an operator calls it; what it prints."""

    def run(*arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    return run


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def programs(site: str) -> Programs:
    """The shop's own program (`oms`): brings orders, ships and delivers them over the API."""
    return Programs(site, PASSWORD)


@pytest.fixture(scope="session")
def sessions(site: str, chromium: Browser) -> Callable[[str], Any]:
    return logged_in(site, chromium)


def logged_in(site: str, chromium: Browser) -> Callable[[str], Any]:
    """The cookies of a person who has logged in by the form; once a person."""
    known: dict[str, Any] = {}

    def of(name: str) -> Any:
        if name not in known:
            context = chromium.new_context(base_url=site)
            page = context.new_page()
            page.goto("/login/")
            page.fill("[name=username]", name)
            page.fill("[name=password]", PASSWORD)
            page.press("[name=password]", "Enter")
            page.wait_for_url(lambda url: "/login/" not in url)
            known[name] = context.storage_state()
            context.close()
        return known[name]

    return of


class Sitting:
    """Somebody in front of a browser. What the console or the network complained of is in `faults`."""

    def __init__(self, context: BrowserContext) -> None:
        self.context, self.faults = context, list[str]()

    def page(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(PAGE_SECONDS * 1000)
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        page.on("console", lambda line: self._hear(page, line.type, line.text))
        return page

    def _hear(self, page: Page, kind: str, text: str) -> None:
        if kind == "error" and not text.startswith(BROWSERS_OWN):
            self.faults.append(f"{page.url}: {text}")


Open = Callable[..., Page]


@pytest.fixture
def open_as(site: str, chromium: Browser, sessions: Callable[[str], Any]) -> Iterator[Open]:
    """`open_as("alice", width=390)`: a page of a browser in which she is logged in; "" : nobody is.

    The test fails when any page of it logged an error, a violation of the policy among them.
    """
    sittings: list[Sitting] = []

    def open_(name: str, *, width: int = PHONE, locale: str = "en", **options: Any) -> Page:
        context = chromium.new_context(
            base_url=site,
            viewport={"width": width, "height": 844 if width == PHONE else 800},
            locale=locale,
            reduced_motion="reduce",
            storage_state=sessions(name) if name else None,
            has_touch=width == PHONE,
            **options,
        )
        sitting = Sitting(context)
        sittings.append(sitting)
        return sitting.page()

    yield open_
    for sitting in sittings:
        sitting.context.close()
    assert [fault for sitting in sittings for fault in sitting.faults] == []
