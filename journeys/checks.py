"""What every page must stand, in every state: axe, the structure of its HTML, the width of the screen."""

from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

DESK, PHONE = 1280, 390
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
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


def rested(page: Page) -> None:
    """As it is opened: wide and light."""
    page.set_viewport_size({"width": DESK, "height": 800})
    page.emulate_media(color_scheme="light")


def prepare(page: Page) -> None:
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)


def settled(page: Page) -> list[str]:
    """A control that stands half under a sticky bar is no small one: it counts where scrolling does not free it."""
    found = axe(page, "tag", RULES)
    if any(fault.startswith("target-size") for fault in found):
        page.evaluate("scrollBy(0, 60)")
        return axe(page, "tag", RULES)
    return found


def axe(page: Page, how: str, values: list[str]) -> list[str]:
    found: list[str] = page.evaluate(_AXE, [values, how])
    return found


def sideways(page: Page) -> list[str]:
    return ["scrolls sideways"] if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1") else []
