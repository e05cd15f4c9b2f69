"""Pages in the states that no link leads to: opened, refused, half done, broken.

Each function is one person's walk: it yields the name of a state while the page stands in it. Whatever the language is,
so everything is found by names of fields and not by words.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Page

from .programs import Programs
from .steps import add_photo, photo

States = Iterator[str]
Walk = Callable[[Page, Programs, Path], States]
# The lockout: one more try than LOGIN_FAILURE_LIMIT allows.
TRIES = 11


def unfold(page: Page) -> None:
    page.eval_on_selector_all("details", "all => all.forEach(each => { each.open = true })")


def send(page: Page, form: str, *, button: str = "") -> None:
    """Past the browser's own checks, so that the server answers what is missing or wrong."""
    go = "([form, name]) => { const it = document.querySelector(form); it.noValidate = true;"
    go += " it.requestSubmit(name ? it.querySelector(name) : null) }"
    with page.expect_navigation():
        page.evaluate(go, [form, button])


def post(page: Page, path: str, fields: int, length: int) -> None:
    """A form that no page of ours has."""
    go = """([path, fields, length]) => { const form = document.createElement("form"); form.method = "post";
      form.action = path; for (let n = 0; n < fields; n++) { const field = document.createElement("input");
      field.name = "f" + n; field.value = "x".repeat(length); form.append(field) }
      document.body.append(form); form.submit() }"""
    with page.expect_navigation():
        page.evaluate(go, [path, fields, length])


def show(page: Page, popover: str) -> None:
    page.evaluate("id => document.getElementById(id).showPopover()", popover)


def nobody(page: Page, programs: Programs, folder: Path) -> States:
    page.goto("/login/")
    send(page, "main form")
    yield "login: empty"
    for attempt in range(TRIES):
        page.goto("/login/")
        page.fill("[name=username]", f"nobody-{folder.name}")
        page.fill("[name=password]", "wrong")
        send(page, "main form")
        if attempt == 0:
            yield "login: wrong"
    yield "login: locked out"
    page.goto("/login/")
    page.context.clear_cookies()
    send(page, "main form")
    yield "403: an old form"
    post(page, "/theme/", fields=1, length=3_000_000)
    yield "413"
    post(page, "/theme/", fields=1_500, length=1)
    yield "400"
    page.goto("/theme/")
    yield "405"
    page.goto("/admin/")
    yield "the login before a page"


def orders(page: Page, programs: Programs, folder: Path) -> States:
    order = programs.shipped(("LAMP-S", "129.00", 2))
    for popover in ("remark", "extend", "receipt"):
        page.goto(f"/orders/{order}/")
        unfold(page)
        show(page, popover)
        yield f"order: {popover}"
    page.fill("#receipt [name=password]", "wrong")
    send(page, "#receipt form")
    yield "order: receipt refused"
    page.goto(f"/orders/{order}/")
    send(page, "#remark form")
    yield "order: remark refused"
    page.fill("#remark [name=text]", "Leave it with the porter, 放在门卫室。")
    send(page, "#remark form")
    yield "order: done"
    page.goto("/orders/?search=no-such-thing")
    yield "orders: nothing found"
    page.goto("/tickets/?search=no-such-thing")
    yield "tickets: nothing found"
    page.goto("/tickets/?created_after=yesterday&type=gift")
    yield "tickets: filters that cannot be"
    page.goto("/tickets/")
    show(page, "dates")
    yield "tickets: dates"
    page.goto("/shops/lantern/faq/")
    unfold(page)
    yield "faq: unfolded"
    page.goto("/shops/lantern/faq/?search=no-such-thing")
    yield "faq: nothing found"


def application(page: Page, programs: Programs, folder: Path) -> States:
    page.goto(f"/orders/{programs.order()}/apply/")
    unfold(page)
    yield "apply: before it was shipped"
    page.goto(f"/orders/{programs.delivered(('LAMP-S', '129.00', 2))}/apply/")
    unfold(page)
    yield "apply: first look"
    send(page, "#apply", button="button:not([name],[type=button])")
    yield "apply: empty"
    _choose_return(page)
    send(page, "#apply", button="button:not([name],[type=button])")
    yield "apply: photo missing"
    add_photo(page, photo(folder))
    page.wait_for_selector("#shots [name=evidence]", state="attached")
    page.wait_for_function("!document.querySelector('.htmx-request')")  # until the amount is there
    yield "apply: with a photo"
    send(page, "#apply", button="button:not([name],[type=button])")
    ticket = page.url
    unfold(page)
    yield "ticket: just sent"
    dialogs = page.eval_on_selector_all("dialog[id^=do-]", "all => all.map(each => each.id)")
    assert dialogs
    for dialog in dialogs:
        page.goto(ticket)
        page.evaluate("id => document.getElementById(id).showModal()", dialog)
        yield f"ticket: {dialog}"
    page.goto(ticket)
    send(page, "#talk form.as-write")
    yield "ticket: empty message refused"
    page.goto(f"{ticket}amend/")
    page.fill("textarea[name=description]", "x" * 3_000)
    send(page, "#apply", button="button:not([name],[type=button])")
    yield "amend: refused"
    page.goto(ticket)
    page.locator("main a:has(img)").filter(visible=True).first.click()
    yield "ticket: photo"
    page.goto(f"{ticket}ship-back/")
    yield "a step that cannot be taken now"


def _choose_return(page: Page) -> None:
    page.locator("label:has([name=type][value=return_refund])").click()
    page.locator("label:has([id^=reason-return_refund-quality])").click()
    page.wait_for_load_state("networkidle")


def sending_back(page: Page, programs: Programs, folder: Path) -> States:
    ticket = _ticket(programs, "pending_return", buyer="alice")
    page.goto(f"/tickets/{ticket}/ship-back/")
    send(page, "#form-ship-back")
    yield "ship back: empty"
    page.goto(f"/tickets/{ticket}/slip/")
    yield "slip"


def _ticket(programs: Programs, status: str, **fields: str) -> str:
    """A ticket of the demo; `shop` by its code."""
    rows = programs.get(f"tickets/?page_size=200&status={status}")["results"]
    known = [row | {"shop": row["shop"]["code"]} for row in rows]
    return next(str(row["ticket_no"]) for row in known if fields.items() <= row.items())


def queue(page: Page, programs: Programs, folder: Path) -> States:
    page.goto("/admin/aftersales/ticket/")
    page.keyboard.press("?")
    yield "desk: keys"
    page.goto("/admin/aftersales/ticket/")
    show(page, "rail-menu")
    yield "desk: menu"
    page.goto("/admin/aftersales/ticket/?stage=pending")
    unfold(page)
    for box in page.locator("input.action-select").all()[:3]:
        box.check()
    yield "queue: filters unfolded, some chosen"
    send(page, "#changelist-form", button="[name=action][value$=reject]")
    yield "many: reject"
    send(page, "form.panel")
    yield "many: refused"
    page.goto("/admin/aftersales/ticket/?stage=completed")
    page.locator("input.action-select").first.check()
    send(page, "#changelist-form", button="[name=action]")
    yield "many: none can be"
    page.goto("/admin/aftersales/ticket/?q=no-such-thing")
    yield "queue: nothing found"
    page.goto("/admin/find/?q=no-such-thing")
    yield "find: nothing"
    page.goto("/admin/find/?q=alice")
    yield "find: a buyer"
    page.goto("/admin/numbers/")
    unfold(page)
    yield "numbers: tables"
    page.goto("/admin/no-such-page/")
    yield "desk: 404"
    page.goto("/admin/accounts/faq/add/")
    send(page, "#content form[method=post]")
    yield "desk: form refused"
    page.goto("/admin/password_change/")
    send(page, "#content form[method=post]")
    yield "desk: password refused"


def review(page: Page, programs: Programs, folder: Path) -> States:
    """The ticket is one of the demo's that has photos."""
    here = next(each for each in _rows(page, "?stage=pending") if _has_photos(page, each))
    for pane in page.eval_on_selector_all(".pane", "all => all.map(each => each.id)"):
        page.goto(here)
        unfold(page)
        page.evaluate("id => { document.querySelector(`[data-pane=${id.slice(3)}]`).checked = true }", pane)
        yield f"review: {pane}"
        if pane == "do-reject":
            send(page, f"#{pane} form")
            yield f"review: {pane} refused"
    page.goto(here)
    page.locator(".evidence a[href^='#photo']").first.click()
    yield "review: picture"
    page.goto(here)
    send(page, "#talk form")
    yield "review: empty message refused"
    page.goto(here)
    page.locator("a[data-opens]").first.evaluate("link => link.click()")
    yield "review: the decision, from the phone's bar"


def _rows(page: Page, query: str) -> list[str]:
    page.goto(f"/admin/aftersales/ticket/{query}")
    found: list[str] = page.eval_on_selector_all("#result_list tbody th a", "all => all.map(each => each.href)")
    return found


def _has_photos(page: Page, address: str) -> bool:
    page.goto(address)
    return page.locator(".evidence a[href^='#photo']").count() > 0


def warehouse(page: Page, programs: Programs, folder: Path) -> States:
    page.goto("/admin/receive/?q=no-such-parcel")
    yield "receive: nothing found"
    page.goto(f"/admin/receive/?q={_ticket(programs, 'pending_return', shop='lantern')}")
    unfold(page)
    yield "receive: counting"
    if page.locator("form.counting").count():
        page.locator("form.counting input[type=number]").first.fill("99")
        send(page, "form.counting")
        yield "receive: counted too many"
    page.goto("/admin/ship/")
    unfold(page)
    send(page, "form[enctype]")
    yield "ship: no list"
    filled = folder / "filled.csv"
    filled.write_text(
        f"order_no,courier,tracking_no\n{programs.order()},sf,SF-STATE-{folder.name}\nNO-SUCH-ORDER,sf,SF1"
    )
    page.goto("/admin/ship/")
    page.set_input_files("input[type=file]", str(filled))
    send(page, "form[enctype]")
    yield "ship: a look before it is done"
    send(page, "form.row-buttons:has(.default)")
    yield "ship: done"


WALKS: dict[str, tuple[str, Walk]] = {
    "nobody": ("", nobody),
    "orders": ("alice", orders),
    "application": ("alice", application),
    "sending back": ("alice", sending_back),
    "queue": ("mei", queue),
    "review": ("mei", review),
    "warehouse": ("mei", warehouse),
}
