"""Journeys of a buyer, on a phone and at a desk."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import DESK, PASSWORD, PHONE, Open
from .programs import Programs
from .steps import add_photo, apply, choose, open_ticket, pay, photo, tap, ticket_no, wait_for_the_end

widths = pytest.mark.parametrize("width", [PHONE, DESK])


@widths
def test_an_unshipped_order_is_refunded_in_three_taps(open_as: Open, programs: Programs, width: int) -> None:
    order = programs.order()
    page = open_as("alice", width=width)
    page.goto(f"/orders/{order}/")
    tap(page, "Refund", role="link")
    choose(page, "I don't want it any more")
    expect(page.get_by_text("¥129.00").filter(visible=True).first).to_be_visible()
    tap(page, "Submit")
    ticket = ticket_no(page)
    answer = wait_for_the_end(page, programs, ticket)
    assert (answer["status"], answer["refunded_amount"]) == ("completed", "129.00")
    assert programs.get(f"orders/{order}/")["status"] == "closed"


@widths
def test_a_return_from_the_photo_to_the_money(open_as: Open, programs: Programs, width: int, tmp_path: Path) -> None:
    order = programs.delivered(("LAMP-S", "129.00", 2))
    buyer, shop = open_as("alice", width=width), open_as("mei", width=width)
    ticket = apply(buyer, order, service="Return and refund", reason="Quality problem", picture=photo(tmp_path))
    expect(buyer.get_by_role("heading", level=1)).to_be_visible()
    open_ticket(shop, ticket)
    tap(shop, "Approve")
    buyer.goto(f"/tickets/{ticket}/")
    buyer.fill("[name=tracking_no]", "SF1234567890123")
    expect(buyer.locator("#courier")).to_have_value("sf")
    tap(buyer, "Enter the tracking number")
    expect(buyer.get_by_text("SF1234567890123").first).to_be_visible()
    shop.goto("/admin/receive/")
    shop.keyboard.type("SF1234567890123")
    shop.keyboard.press("Enter")
    tap(shop, "Receive goods")
    pay(shop, "258.00")
    expect(shop.locator("#scan-q")).to_be_focused()
    answer = wait_for_the_end(buyer, programs, ticket)
    assert (answer["status"], answer["refunded_amount"]) == ("completed", "258.00")


@widths
def test_an_exchange_until_the_replacement_is_there(
    open_as: Open, programs: Programs, width: int, tmp_path: Path
) -> None:
    order = programs.delivered()
    buyer, shop = open_as("alice", width=width), open_as("mei", width=width)
    ticket = apply(buyer, order, service="Exchange", reason="Quality problem", picture=photo(tmp_path))
    open_ticket(shop, ticket)
    tap(shop, "Approve")
    buyer.goto(f"/tickets/{ticket}/")
    buyer.fill("[name=tracking_no]", "SF2234567890123")
    tap(buyer, "Enter the tracking number")
    shop.goto(f"/admin/receive/?q={ticket}")
    tap(shop, "Receive goods")
    open_ticket(shop, ticket)
    shop.fill("[name=tracking_no] >> visible=true", "SF3234567890123")
    shop.fill("[name=courier] >> visible=true", "sf")
    tap(shop, "Send replacement")
    buyer.goto(f"/tickets/{ticket}/")
    tap(buyer, "Confirm arrival", role="link")
    tap(buyer, "Confirm arrival")
    assert wait_for_the_end(buyer, programs, ticket)["status"] == "completed"


@widths
def test_a_refusal_and_a_better_application(open_as: Open, programs: Programs, width: int, tmp_path: Path) -> None:
    order = programs.delivered()
    buyer, shop = open_as("alice", width=width), open_as("mei", width=width)
    ticket = apply(buyer, order, service="Return and refund", reason="Quality problem", picture=photo(tmp_path))
    open_ticket(shop, ticket)
    choose(shop, "Reject")
    shop.fill("[name=reason] >> visible=true", "The photo shows nothing broken.")
    tap(shop, "Reject")
    buyer.goto(f"/tickets/{ticket}/")
    expect(buyer.get_by_text("The photo shows nothing broken.").first).to_be_visible()
    tap(buyer, "Request again", role="link")
    buyer.fill("textarea[name=description]", "The switch sparks, see the second photo.")
    add_photo(buyer, photo(tmp_path))
    expect(buyer.locator("#shots [name=evidence]")).to_have_count(2)
    tap(buyer, "Resend")
    assert ticket_no(buyer) == ticket
    assert programs.get(f"tickets/{ticket}/")["status"] == "pending_review"
    buyer.goto(f"/tickets/{ticket}/")
    tap(buyer, "Withdraw", role="link")
    tap(buyer, "Withdraw")
    assert programs.get(f"tickets/{ticket}/")["status"] == "cancelled"


@widths
def test_receipt_with_a_remark_and_more_time(open_as: Open, programs: Programs, width: int) -> None:
    order = programs.shipped()
    page = open_as("alice", width=width)
    page.goto(f"/orders/{order}/")
    tap(page, "Add remark")
    page.fill("[name=text] >> visible=true", "Leave it with the porter.")
    tap(page, "Save remark")
    expect(page.get_by_text("Leave it with the porter.").first).to_be_visible()
    tap(page, "Get more time")
    page.locator("#extend").get_by_role("button", name="Get more time").click()
    assert programs.get(f"orders/{order}/")["status"] == "shipped"
    tap(page, "Confirm receipt")
    page.fill("[name=password]", "not my password")
    page.locator("#receipt").get_by_role("button", name="Confirm receipt").click()
    expect(page.locator("#receipt")).to_be_visible()
    assert programs.get(f"orders/{order}/")["status"] == "shipped"
    page.fill("[name=password]", PASSWORD)
    page.locator("#receipt").get_by_role("button", name="Confirm receipt").click()
    expect(page.locator("#receipt")).to_be_hidden()
    assert programs.get(f"orders/{order}/")["status"] == "completed"


def test_without_javascript(open_as: Open, programs: Programs, tmp_path: Path) -> None:
    """The whole way of a return, with forms alone: photos travel with the form."""
    order = programs.delivered(buyer="bob")
    page = open_as("bob", java_script_enabled=False)
    page.goto(f"/orders/{order}/apply/")
    choose(page, "Return and refund")
    choose(page, "Quality problem")
    tap(page, "Show the amount")
    expect(page.get_by_text("¥129.00").filter(visible=True).first).to_be_visible()
    tap(page, "Submit")  # the photo is missing: nothing that was chosen is lost
    expect(page.locator("#problems")).to_be_visible()
    expect(page.locator("#reason-return_refund-quality")).to_be_checked()
    add_photo(page, photo(tmp_path))
    tap(page, "Submit")
    ticket = ticket_no(page)
    page.goto(f"/tickets/{ticket}/withdraw/")
    tap(page, "Withdraw")
    assert programs.get(f"tickets/{ticket}/")["status"] == "cancelled"


def test_a_stranger_sees_nothing(open_as: Open, programs: Programs) -> None:
    page = open_as("bob")
    answer = page.goto(f"/orders/{programs.order()}/")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_without_a_network(open_as: Open) -> None:
    page = open_as("alice")
    page.goto("/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()  # from here on the worker answers
    page.context.set_offline(True)
    page.goto("/orders/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.locator("body").inner_text()
    page.context.set_offline(False)


def test_the_name_of_a_chosen_photo_is_there_in_full(open_as: Open, programs: Programs, tmp_path: Path) -> None:
    page = open_as("alice")
    page.goto(f"/tickets/{apply(page, programs.order(), service='Refund', reason='Not shipped in time')}/messages/")
    long = tmp_path / "IMG_20260302_101530_the-lamp-from-the-other-side.jpg"
    long.write_bytes(photo(tmp_path).read_bytes())
    page.set_input_files("#photo", str(long))
    name = page.locator(".as-file__name")
    expect(name).to_have_text(long.name)
    assert name.evaluate("(node) => node.scrollWidth <= node.clientWidth")


def test_what_was_typed_outlives_the_session(open_as: Open, programs: Programs) -> None:
    page = open_as("alice")
    talk = f"/tickets/{apply(page, programs.order(), service='Refund', reason='Not shipped in time')}/messages/"
    page.goto(talk)
    page.fill("textarea[name=text]", "It was promised for Friday.")
    page.context.clear_cookies(name="sessionid")
    page.locator("form:has(textarea) button").click()
    page.fill("[name=username]", "alice")
    page.fill("[name=password]", PASSWORD)
    tap(page, "Log in")
    expect(page.locator("textarea[name=text]")).to_have_value("It was promised for Friday.")
    page.locator("form:has(textarea) button").click()
    expect(page.get_by_text("It was promised for Friday.")).to_be_visible()
    page.goto(talk)
    expect(page.locator("textarea[name=text]")).to_have_value("")
