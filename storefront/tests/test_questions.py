"""Asking the shop about an order (S-163), and what the pages say after the after-sales period (S-015, S-164)."""

import pytest

from aftersales.models import Message
from tests.browser import text
from tests.world import DAY

pytestmark = pytest.mark.usefixtures("now")
AGREE = "can still agree"


@pytest.fixture
def late(world, now):
    """An order whose after-sales period is over."""
    world.now = now - 60 * DAY
    order = world.completed()
    world.now = now
    return order


def test_after_the_period_both_sides_may_still_agree(late, alice):
    for address in (f"/orders/{late.order_no}/", f"/orders/{late.order_no}/apply/"):
        page = text(alice.get(address))
        assert AGREE in page, address
        assert "400-000" in page
        assert f'href="/orders/{late.order_no}/messages/"' in page


def test_within_the_period_nothing_of_that_is_said(world, alice):
    order = world.completed()
    for address in (f"/orders/{order.order_no}/", f"/orders/{order.order_no}/apply/"):
        assert AGREE not in text(alice.get(address))


def test_a_question_is_asked_and_read_on_the_order(late, world, alice, sit):
    address = f"/orders/{late.order_no}/messages/"
    assert "isn't a request" in text(alice.get(address))
    answer = alice.post(address, {"text": "How do I <wash> it?"})
    assert answer["Location"] == f"/orders/{late.order_no}/#talk"
    assert "How do I &lt;wash&gt; it?" in text(alice.get(f"/orders/{late.order_no}/"))
    assert [(row.ticket_id, row.author_kind) for row in Message.objects.all()] == [(None, "buyer")]
    assert sit("bob").get(address).status_code == 404
    assert sit("bob").post(address, {"text": "Me too"}).status_code == 404
    assert sit("").get(address)["Location"].startswith("/login/")


def test_what_is_refused_comes_back_as_it_was_typed(late, alice):
    page = alice.post(f"/orders/{late.order_no}/messages/", {"text": " "})
    assert page.status_code == 400
    assert "Write 1 to 2000 characters" in text(page)
    assert not Message.objects.exists()
