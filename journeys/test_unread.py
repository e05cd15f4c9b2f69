"""A question on an order, its answer, and what each side has not read yet (S-123)."""

from playwright.sync_api import Page, expect

from .checks import everywhere, faults_of
from .conftest import Open
from .programs import Programs
from .steps import Words, tap, words


def new(page: Page, say: Words) -> int:
    return page.locator("#talk").get_by_text(say("New"), exact=True).count()


def read(page: Page, say: Words) -> None:
    """The conversation comes onto the screen, and the page says so to the server."""
    form = page.locator("form[data-read]")
    form.scroll_into_view_if_needed()
    expect(form.get_by_role("button")).to_have_text(say("Marked as read"))


@everywhere
def test_a_question_on_an_order_is_read_and_answered(
    open_as: Open, programs: Programs, width: int, locale: str
) -> None:
    say = words(locale)
    order = programs.delivered()
    buyer, shop = (open_as(name, width=width, locale=locale) for name in ("alice", "mei"))
    buyer.goto(f"/orders/{order}/")
    buyer.fill("#talk textarea", "How do I wash it?")
    tap(buyer, say("Send"))

    shop.goto("/admin/orders/order/?question=1")
    shop.get_by_role("link", name=order).first.click()
    expect(shop.locator("#talk")).to_contain_text("How do I wash it?")
    assert faults_of(shop, width) == []
    read(shop, say)
    assert faults_of(shop, width) == []
    shop.fill("#say_text", "By hand.")
    tap(shop, say("Reply"))
    expect(shop.locator("#talk")).to_contain_text("By hand.")
    expect(shop.locator("form[data-read]")).to_have_count(0)

    plain = open_as("alice", width=width, locale=locale, java_script_enabled=False)
    plain.goto(f"/orders/{order}/")
    assert new(plain, say) == 1
    buyer.goto(f"/orders/{order}/")
    assert new(buyer, say) == 1
    assert faults_of(buyer, width) == []
    read(buyer, say)
    assert faults_of(buyer, width) == []
    buyer.reload()
    assert new(buyer, say) == 0

    shop.fill("#say_text", "Or in the machine.")
    tap(shop, say("Reply"))
    expect(shop.locator("#talk")).to_contain_text("Or in the machine.")
    plain.goto(f"/orders/{order}/")
    tap(plain, say("Mark as read"))
    plain.wait_for_load_state()
    assert new(plain, say) == 0
