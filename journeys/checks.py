"""What every page must stand, in every state: axe, the structure of its HTML, the width of the screen."""

from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

DESK, PHONE = 1280, 390
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Each width and each language once. Whether words fit is judged at both widths in both (test_every_page.py).
everywhere = pytest.mark.parametrize(("width", "locale"), [(PHONE, "zh-CN"), (DESK, "en")])
SMALL = "target-size "
# Between light and dark nothing but colours changes.
COLOURS = ["color-contrast", "link-in-text-block"]
STRUCTURE = Path(__file__).with_name("structure.js").read_text()
_AXE = """([values, how]) => axe.run(document, {resultTypes: ["violations"], runOnly: {type: how, values}})
  .then(answer => answer.violations.map(fault => fault.id + " " + fault.nodes.map(node => node.target.join(" "))))"""


def faults_of(page: Page, *widths: int) -> list[str]:
    """What is wrong with the page as it stands, at each width (default: both), light and dark; the state is kept."""
    prepare(page)
    found = [f"structure: {fault}" for fault in page.evaluate(STRUCTURE)]
    for width in widths or (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme="light")
        found += [f"{width}: {fault}" for fault in [*settled(page), *sideways(page)]]
        page.emulate_media(color_scheme="dark")
        found += [f"{width} dark: {fault}" for fault in axe(page, "rule", COLOURS)]
    return found


def faults_of_words(page: Page) -> list[str]:
    """Of a page that `faults_of` judges in another language: only what comes of the length of its words. Structure,
    names and colours come of the same templates."""
    found = []
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": 844})
        found += [f"{width}: {fault}" for fault in sideways(page)]
    return found


def rested(page: Page) -> None:
    """As it is opened: wide and light."""
    page.set_viewport_size({"width": DESK, "height": 800})
    page.emulate_media(color_scheme="light")


def _loaded(page: Page) -> None:
    """After a click the new page may stand there before its style sheets have come: without them every list is wide."""
    page.wait_for_load_state("load")


def prepare(page: Page) -> None:
    _loaded(page)
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)


def settled(page: Page) -> list[str]:
    """A control that stands half under a sticky bar is no small one: it counts where scrolling does not free it."""
    found = axe(page, "tag", RULES)
    small = _small(found)
    if not small:
        return found
    page.evaluate("scrollBy(0, 60)")
    small &= _small(axe(page, "tag", RULES))  # another one may stand under the bar now
    return [fault for fault in found if not fault.startswith(SMALL)] + [f"{SMALL}{each}" for each in sorted(small)]


def _small(faults: list[str]) -> set[str]:
    return {each for fault in faults if fault.startswith(SMALL) for each in fault.removeprefix(SMALL).split(",")}


def axe(page: Page, how: str, values: list[str]) -> list[str]:
    found: list[str] = page.evaluate(_AXE, [values, how])
    return found


_BEYOND = """() => [...document.querySelectorAll(".as-actionbar *, .phone-actions *")].filter(each => {
    const box = each.getBoundingClientRect();
    return each.checkVisibility() && box.width && (box.left < -0.5 || box.right > innerWidth + 0.5
      || box.bottom > innerHeight + 0.5 || each.matches("a, button") && each.scrollWidth > each.clientWidth + 1);
  }).map(each => `cut off: ${each.textContent.trim()}`)"""


# On phones, tiles wrap and the rows of these tables are lists.
_SIDEWAYS = """() => innerWidth > 860 ? [] : [...document.querySelectorAll(".counters, .stack")]
  .filter(each => each.scrollWidth > each.clientWidth + 1).map(each => `scrolls sideways: ${each.className}`)"""


# What makes the whole page scroll, innermost first; what stands in a part that scrolls by itself does not.
_WIDE = """() => document.documentElement.scrollWidth <= innerWidth + 1 ? [] : ["scrolls sideways: " +
  [...document.querySelectorAll("body *")].filter(each => each.getBoundingClientRect().right > innerWidth + 1)
  .reverse().slice(0, 5).map(each => each.outerHTML.slice(0, 160)).join(" | ")]"""


def sideways(page: Page) -> list[str]:
    _loaded(page)
    wide: list[str] = page.evaluate(_WIDE)
    parts: list[str] = page.evaluate(_SIDEWAYS)
    return wide + parts + bar_faults(page)


def bar_faults(page: Page) -> list[str]:
    """A fixed bar makes no page scroll: what does not fit in it is cut off."""
    found: list[str] = page.evaluate(_BEYOND)
    return found
