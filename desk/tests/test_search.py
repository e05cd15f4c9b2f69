"""The search of the lists: numbers and names from their beginning, each column by its own index."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.utils import get_fields_from_path
from django.db import connection

from aftersales.models import Ticket
from logistics.models import Parcel
from orders.models import Order, Payment
from refunds.models import Refund
from tests.browser import Sit, listing
from tests.desk import Desk
from tests.indexes import begins_by_index
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
        # PostgreSQL leaves out an index that was built (by a test of a migration) while an older transaction was open.
        for table in (Order, Payment, Parcel):
            cursor.execute(f"REINDEX TABLE {table._meta.db_table}")
        cursor.execute("SET LOCAL enable_seqscan = off")
        # The whole of a short number, and the beginning of a longer one.
        for text in ("e1", "e-1"):
            for field in page.search_fields:
                plan = page._beginning(model._default_manager.all(), field, text).explain()
                assert "Seq Scan" not in plan, field
                if field.endswith("begins_number"):
                    column = get_fields_from_path(model, field.removesuffix("__begins_number"))[-1]
                    assert begins_by_index(column.model, column.column), field
            whole, _duplicates = page.get_search_results(rf.get("/"), model._default_manager.order_by(), text)
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


def test_the_beginning_of_a_number_as_it_is_compared(world: World, sit: Sit) -> None:
    """Width, case, blanks and hyphens do not matter; below three characters only the whole is found."""
    desk = Desk(world)
    order = world.delivered(order_no="Web-2026 7", payments=[("Pay-20 26", "198.00")])
    ticket = desk.ship_back(desk.approve(desk.apply(order)), tracking_no="SF-12 34")
    ticket = desk.pay_out(desk.receive(ticket))
    short = world.place_order(order_no="77")
    refund, parcel, mei = Refund.objects.get(), Parcel.objects.get(), sit("mei")

    def found(model: type[Any], text: str) -> list[int]:
        return [row.pk for row in mei.get(listing(model), {"q": text}).context["cl"].result_list]

    for text in ("web-2", "WEB2026", "ｗｅｂ 20", "we b 2026-7"):
        assert [found(model, text) for model in (Order, Ticket, Refund, Parcel)] == [
            [order.pk], [ticket.pk], [refund.pk], [parcel.pk],
        ], text  # fmt: skip
    for text in ("sf1", "S F-123", "ＳＦ１２３４"):
        assert [found(model, text) for model in (Ticket, Parcel)] == [[ticket.pk], [parcel.pk]], text
    for text in (
        "pay2",
        "ＰＡＹ-202",
        refund.refund_no.lower()[:4],
        f" {refund.refund_no[:2]}-{refund.refund_no[2:6]}",
    ):
        assert found(Refund, text) == [refund.pk], text
    assert found(Ticket, f"{ticket.ticket_no[:2]} {ticket.ticket_no[2:6]}".lower()) == [ticket.pk]
    assert (found(Order, "7 7"), found(Order, "7"), found(Order, "we"), found(Order, "w-e_")) == (
        [short.pk],
        [],
        [],
        [],
    )
    assert (found(Order, "eb2026"), found(Order, "web%"), found(Order, "---"), found(Order, "\u200b")) == (
        [],
        [],
        [],
        [],
    )


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
