"""What people do on the pages, step by step, as they would."""

import gettext
import io
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, expect

from .programs import Programs

LOCALE = Path(__file__).resolve().parent.parent / "locale"
Words = Callable[[str], str]


def words(locale: str) -> Words:
    """What the pages call a thing in the language of this browser, by what they call it in English."""
    if locale == "en":
        return str
    return gettext.translation("django", LOCALE, ["zh_Hans"]).gettext


def tap(page: Page, name: str, *, role: str = "button", exact: bool = True) -> None:
    """The one that can be seen: some buttons stand twice, for the phone and for the desk."""
    page.get_by_role(role, name=name, exact=exact).filter(visible=True).first.click()  # type: ignore[arg-type]


def choose(page: Page, label: str) -> None:
    """A radio or box behind its label: chips and cards hide the control itself."""
    page.locator("label").filter(has_text=label).filter(visible=True).first.click()


def add_photo(page: Page, picture: Path) -> None:
    """The page's program uploads it, and has to be there."""
    page.wait_for_load_state()
    page.set_input_files("#photos-input", str(picture))


def pay(page: Page, amount: str) -> None:
    """On the page that asks before money leaves."""
    asked = page.locator("form.asking")
    expect(asked).to_contain_text(amount)
    asked.locator(".button.default").click()


def pay_if_asked(page: Page) -> None:
    """The same after a step that pays only sometimes."""
    page.wait_for_load_state()
    if page.locator("form.asking").count():
        page.locator("form.asking .button.default").click()


def photo(folder: Path) -> Path:
    path = folder / "crack.jpg"
    picture = io.BytesIO()
    Image.new("RGB", (640, 480), "#c96").save(picture, "JPEG")
    path.write_bytes(picture.getvalue())
    return path


def apply(page: Page, order_no: str, *, service: str, reason: str, picture: Path | None = None, note: str = "") -> str:
    """From the order's page to the ticket's; the ticket's number."""
    page.goto(f"/orders/{order_no}/apply/")
    choose(page, service)
    choose(page, reason)
    if picture is not None:
        add_photo(page, picture)
        page.wait_for_selector("#shots [name=evidence]", state="attached")
    if note:
        page.fill("textarea[name=description]", note)
    tap(page, "Submit")
    return ticket_no(page)


def apply_for(
    page: Page,
    order_no: str,
    say: Words,
    *,
    type_: str,
    reason: str,
    picture: Path | None = None,
    line: int | None = None,
    instead: str = "",
) -> str:
    """`apply` in any language, by codes; of one `line` (its id), in exchange for the SKU `instead`."""
    page.goto(f"/orders/{order_no}/apply/" + (f"?line={line}" if line else ""))
    page.locator(f"label:has(#type-{type_})").click()
    page.locator(f"label:has(#reason-{type_}-{reason})").click()
    if instead:
        page.locator(f'#instead label:has([value="{instead}"])').click()
    if picture is not None:
        add_photo(page, picture)
        page.wait_for_selector("#shots [name=evidence]", state="attached")
    tap(page, say("Submit"))
    return ticket_no(page)


def send_back(page: Page, ticket: str, number: str, say: Words) -> None:
    page.goto(f"/tickets/{ticket}/")
    page.fill("[name=tracking_no]", number)
    expect(page.locator("#courier")).to_have_value("sf")
    tap(page, say("Enter the tracking number"))
    expect(page.get_by_text(number).first).to_be_visible()


def ticket_no(page: Page) -> str:
    page.wait_for_url(re.compile(r"/tickets/[^/]+/(\?.*)?$"))
    return page.url.split("/tickets/")[1].split("/")[0]


def open_ticket(page: Page, number: str) -> None:
    """At the desk, as somebody with a number in hand does it."""
    page.goto(f"/admin/find/?q={number}")
    expect(page).to_have_url(re.compile(r"/admin/aftersales/ticket/\d+/change/"))


def wait_for_the_end(page: Page, programs: Programs, number: str) -> dict[str, Any]:
    """The money goes its way in a process of its own. The completed ticket, whose page says so."""
    for _ in range(240):  # a busy machine takes its time
        ticket = programs.get(f"tickets/{number}/")
        if ticket["status"] == "completed":
            break
        page.wait_for_timeout(500)
    page.goto(f"/tickets/{number}/")
    expect(page.locator(".as-badge").filter(has_text="Completed").filter(visible=True).first).to_be_visible()
    return ticket


def picture_of(page: Page, name: str) -> None:
    """The whole page, for people to look at: into the folder of JOURNEY_PICTURES, and nowhere without it."""
    if folder := os.environ.get("JOURNEY_PICTURES"):
        page.emulate_media(color_scheme="light")
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
