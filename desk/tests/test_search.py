"""The search of the lists: numbers and names from their beginning, each column by its own index."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection

from aftersales.models import Ticket
from logistics.models import Parcel
from orders.models import Order
from refunds.models import Refund
from tests.browser import Sit, listing
from tests.desk import Desk
from tests.world import World
from web.admin.search import PrefixSearch

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize("model", [Ticket, Order, Refund, Parcel])
def test_every_part_of_the_search_has_its_index(model: type[Any], rf: Any) -> None:
    """With reading whole tables made dear, a sequential scan is left only where no index can serve."""
    page = admin.site.get_model_admin(model)
    assert isinstance(page, PrefixSearch)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for field in page.search_fields:
            rows = page._beginning(model._default_manager.all(), field, "e-1")
            assert "Seq Scan" not in rows.explain(), field
        whole, _duplicates = page.get_search_results(rf.get("/"), model._default_manager.order_by(), "e-1")
        assert "Seq Scan" not in whole.explain()


def test_in_any_spelling_and_only_from_the_beginning(world: World, sit: Sit) -> None:
    desk = Desk(world)
    ticket = desk.ship_back(desk.approve(desk.apply(world.delivered())))
    world.delivered(buyer="bob")
    mei = sit("mei")

    def found(text: str) -> list[str]:
        return [row.ticket_no for row in mei.get(listing(Ticket, f"?q={text}")).context["cl"].result_list]

    for text in (ticket.ticket_no, ticket.ticket_no.lower()[:6], ticket.order.order_no.lower(), "ALI", " alice "):
        assert found(text) == [ticket.ticket_no], text
    for text in (ticket.ticket_no[2:], "bob", "lice", "%25", "_"):
        assert found(text) == [], text
    assert [row.pk for row in mei.get(listing(Order, "?q=BOB")).context["cl"].result_list] == [
        Order.objects.get(buyer=world.bob).pk
    ]


def test_the_switch_of_light_and_dark_has_its_rules_in_both_skins() -> None:
    """The rail draws the storefront's switch: of its two buttons only the other one may show."""
    switch = (ROOT / "templates/storefront/parts/theme_switch.html").read_text(encoding="utf-8")
    for skin in ("admin_skin.css", "site.css"):
        style = (ROOT / "static" / skin).read_text(encoding="utf-8")
        for scheme, name in (("light", "as-if-dark"), ("dark", "as-if-light")):
            assert name in switch
            rule = rf"prefers-color-scheme: {scheme}\) \{{\s*\.{name} \{{\s*display: none"
            assert re.search(rule, style), (skin, name)


def test_no_style_asks_for_an_empty_list_that_is_drawn_with_blanks() -> None:
    """`:empty` never matches an element whose template has a line break in it, so `:not(:empty)` always does."""
    style = (ROOT / "static/site.css").read_text(encoding="utf-8")
    assert ".as-shots:not(:empty)" not in style
