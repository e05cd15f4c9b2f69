"""What the buyer's pages show once something was exchanged (B-15)."""

import re

import pytest
from django.http import HttpResponseBase

from aftersales import services
from aftersales.rules.application import Application, LineRequest
from orders.models import Order
from tests.browser import Sit, text
from tests.desk import Desk
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


@pytest.fixture
def order(world: World, desk: Desk) -> Order:
    """Two shirts, of which one was exchanged for a dearer one."""
    world.sku("TEE", on_hand=5)
    world.sku("GOLD", price="199.00", title="Golden shirt", spec="XL", on_hand=5)
    order = world.delivered(lines=[("TEE", "99.00", 2)])
    ticket = desk.approve(desk.apply(order, "exchange", "wrong_choice", quantity=1, exchange_sku="GOLD"))
    ticket = desk.reship(desk.receive(desk.ship_back(desk.pay_difference(ticket, "100.00"))))
    services.confirm_replacement(ticket, actor=desk.buyer, now=world.now)
    return order


def words(page: HttpResponseBase) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text(page)).split())


def test_the_order_shows_the_old_line_as_exchanged_and_the_new_one_as_any_other(order: Order, sit: Sit) -> None:
    old, new = order.lines.order_by("position")
    page = sit("alice").get(f"/orders/{order.order_no}/")
    assert "Exchanged × 1" in words(page)
    assert "Golden shirt" in words(page)
    assert "Replacement for Tee" in words(page)
    for line in (old, new):
        assert f"?line={line.pk}" in text(page)
    # What was bought is what the amounts begin with; the difference is among the payments.
    assert "Goods ¥198.00" in words(page)
    assert "price difference" in words(page)


def test_nothing_is_offered_for_what_is_gone(world: World, order: Order, desk: Desk, sit: Sit) -> None:
    old, new = order.lines.order_by("position")
    asked = Application("exchange", "quality", (LineRequest(old.pk, 1),), evidence=(desk.photo(),))
    ticket = desk.approve(services.apply(order, asked, actor=desk.buyer, now=desk.now))
    services.confirm_replacement(desk.reship(desk.receive(desk.ship_back(ticket))), actor=desk.buyer, now=world.now)
    page = text(sit("alice").get(f"/orders/{order.order_no}/"))
    assert "Exchanged × 2" in page
    assert f"?line={old.pk}" not in page
    assert "as-oc__why" not in page
    page = text(sit("alice").get(f"/orders/{order.order_no}/apply/"))
    assert f'id="line-{new.pk}"' in page
    assert f'id="line-{old.pk}"' not in page


def test_the_card_in_the_list_shows_what_is_held(order: Order, sit: Sit) -> None:
    page = words(sit("alice").get("/orders/"))
    assert "Golden shirt" in page
    assert "2 units, total" in page
