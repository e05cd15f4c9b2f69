"""Every page in the states that no link leads to: as accessible, as well formed and as narrow as when it is opened."""

from pathlib import Path
from typing import Any

import pytest

from .checks import bar_faults, faults_of, faults_of_words, rested
from .conftest import DESK, PHONE, Open
from .programs import Programs
from .states import WALKS
from .steps import choose, open_ticket, tap

# Each with what is judged in it.
LOCALES = {"zh-CN": faults_of, "en": faults_of_words}
MORE = ".as-actionbar [popovertarget=more-actions]"


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("walk", WALKS)
def test_every_state(open_as: Open, programs: Programs, tmp_path: Path, walk: str, locale: str) -> None:
    name, states = WALKS[walk]
    page = open_as(name, width=DESK, locale=locale, bypass_csp=True)
    faults: list[str] = []
    for state in states(page, programs, tmp_path):
        faults += [f"{state}: {fault}" for fault in LOCALES[locale](page)]
        rested(page)
    assert faults == []


def is_lanterns(row: dict[str, Any]) -> bool:
    return bool(row["shop"]["code"] == "lantern")


def with_an_offer(open_as: Open, programs: Programs) -> str:
    """A ticket of carol on which three of the buyer's actions are possible at once, one of them the primary."""
    page = open_as("mei", width=DESK)
    tickets = programs.get("tickets/?page_size=100&status=pending_review&type=return_refund")["results"]
    number = next(str(row["ticket_no"]) for row in tickets if row["buyer"] == "carol" and is_lanterns(row))
    open_ticket(page, number)
    if page.locator("#do-offer").count():
        choose(page, "Make an offer")
        form = page.locator("#do-offer")
        form.locator("[name=amount]").fill("1.00")
        form.locator("[name=note]").fill("Keep it, it is only a scratch.")
        tap(page, "Make an offer")
    return number


@pytest.mark.parametrize("locale", LOCALES)
def test_the_bar_of_every_ticket(open_as: Open, programs: Programs, locale: str) -> None:
    """One ticket of each type and status: every button of the phone's bar is whole, and each action can be reached."""
    offered = with_an_offer(open_as, programs)
    rows = list(programs.every("tickets/?page_size=100"))
    kinds = {(row["type"], row["status"]): (row["buyer"], str(row["ticket_no"])) for row in rows}
    pages = {name: open_as(name, width=PHONE, locale=locale) for name in {"carol", *(who for who, _ in kinds.values())}}
    faults: list[str] = []
    for name, number in dict.fromkeys([*kinds.values(), ("carol", offered)]):
        page = pages[name]
        page.goto(f"/tickets/{number}/")
        faults += [f"{number}: {fault}" for fault in bar_faults(page)]
        more = page.locator(MORE)
        if more.count():
            more.click()
            faults += [f"{number}, more: {fault}" for fault in faults_of(page, PHONE)]
    page.goto(f"/tickets/{offered}/")
    primary = page.locator(".as-actionbar .as-btn--p")
    assert primary.count() == 1
    page.locator(MORE).click()
    page.locator("#more-actions [data-dialog=do-withdraw]").click()
    assert page.locator("dialog#do-withdraw").is_visible()
    assert faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_rail_offers_the_other_theme(open_as: Open, scheme: str) -> None:
    """While none was chosen: of the two buttons only the one that changes something."""
    page = open_as("mei", width=DESK, color_scheme=scheme)
    page.goto("/admin/")
    shown = page.locator(".rail-foot button[name=theme]").filter(visible=True)
    assert shown.evaluate_all("all => all.map(each => each.value)") == ["dark" if scheme == "light" else "light"]
    assert page.locator(".rail-foot a").filter(visible=True).count() == 1  # the account, which leads to the password
