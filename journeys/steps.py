"""What people do on the pages, step by step, as they would."""

import io
import re
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, expect

from .programs import Programs


def tap(page: Page, name: str, *, role: str = "button", exact: bool = True) -> None:
    """The one that can be seen: some buttons stand twice, for the phone and for the desk."""
    page.get_by_role(role, name=name, exact=exact).filter(visible=True).first.click()  # type: ignore[arg-type]


def choose(page: Page, label: str) -> None:
    """A radio or box behind its label: chips and cards hide the control itself."""
    page.locator("label").filter(has_text=label).filter(visible=True).first.click()


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
        page.set_input_files("#photos-input", str(picture))
        page.wait_for_selector("#shots [name=evidence]", state="attached")
    if note:
        page.fill("textarea[name=description]", note)
    tap(page, "Submit")
    return ticket_no(page)


def ticket_no(page: Page) -> str:
    page.wait_for_url(re.compile(r"/tickets/[^/]+/(\?.*)?$"))
    return page.url.split("/tickets/")[1].split("/")[0]


def open_ticket(page: Page, number: str) -> None:
    """At the desk, as somebody with a number in hand does it."""
    page.goto(f"/admin/find/?q={number}")
    expect(page).to_have_url(re.compile(r"/admin/aftersales/ticket/\d+/change/"))


def wait_for_the_end(page: Page, programs: Programs, number: str) -> dict[str, Any]:
    """The money goes its way in a process of its own. The completed ticket, whose page says so."""
    for _ in range(60):
        ticket = programs.get(f"tickets/{number}/")
        if ticket["status"] == "completed":
            break
        page.wait_for_timeout(500)
    page.goto(f"/tickets/{number}/")
    expect(page.locator(".as-badge").filter(has_text="Completed").filter(visible=True).first).to_be_visible()
    return ticket
