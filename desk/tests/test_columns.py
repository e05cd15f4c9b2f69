"""The columns of the lists, which each shop chooses (S-165), in the list and in its download."""

import csv
import io
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client

from accounts.models import Shop
from accounts.shop_settings.columns import MAX_COLUMNS, choose_columns
from aftersales import services
from aftersales.admin.ticket_columns import LISTING as TICKETS
from aftersales.models import Ticket
from kernel.errors import Forbidden, Invalid
from kernel.models import Change
from orders.admin.order_columns import LISTING as ORDERS
from orders.models import Order
from tests.browser import Sit, listing, page, text
from tests.desk import Desk
from tests.world import NOW, World
from web.exports import uncell

CHOSEN = ["number", "assignee", "amount"]


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku(on_hand=20)
    return Desk(world)


def headers(client: Client, model: Any, query: str = "") -> list[str]:
    """The columns of a list, without the box to choose rows by."""
    names = client.get(listing(model, query)).context["cl"].list_display
    return [name for name in names if name != "action_checkbox"]


def export(client: Client, model: Any, query: str = "") -> list[list[str]]:
    answer: Any = client.get(listing(model) + "export/" + query)
    body = b"".join(answer.streaming_content).decode("utf-8-sig")
    return [[uncell(cell) for cell in row] for row in csv.reader(io.StringIO(body))]


def choose(world: World, columns: list[str], shop: Shop | None = None) -> Shop:
    shop = shop or world.lantern
    actor = world.actor("rui" if shop == world.harbor else "mei", shop)
    return choose_columns(shop, listing=TICKETS, columns=columns, actor=actor, now=NOW)


def test_the_usual_ones_where_nothing_was_chosen(world: World, sit: Sit) -> None:
    assert headers(sit("mei"), Ticket) == list(TICKETS.usual)
    assert headers(sit("mei"), Order) == list(ORDERS.usual)


def test_a_manager_chooses_in_a_form_and_every_reader_of_the_shop_sees_it(desk: Desk, world: World, sit: Sit) -> None:
    ticket = services.take(desk.apply(world.delivered()), actor=world.actor("wen"), now=NOW)
    address = page(world.lantern, "ticket_columns")
    assert 'name="place_1"' in text(sit("mei").get(address))
    answer = sit("mei").post(address, {"place_1": "assignee", "place_3": "amount"})
    assert answer.status_code == 302
    assert Shop.objects.get(pk=world.lantern.pk).ticket_columns == CHOSEN
    for name in ("mei", "wen"):
        assert headers(sit(name), Ticket) == CHOSEN
    assert headers(sit("rui"), Ticket) == list(TICKETS.usual)
    assert export(sit("wen"), Ticket) == [
        ["Ticket", "Worked on by", "Amount"],
        [ticket.ticket_no, world.wen.display_name, "198.00"],
    ]
    change = Change.objects.get(subject="columns")
    assert (change.actor_name, change.fields["ticket_columns"]) == (world.mei.display_name, ["", ", ".join(CHOSEN)])
    assert "columns of the lists" in text(sit("mei").get("/admin/changes/")).lower()


@pytest.mark.parametrize(
    ("columns", "stored"),
    [(["amount", "number"], ["number", "amount"]), (["number"], []), ([], []), (["state"], ["number", "state"])],
)
def test_the_first_column_leads_to_the_row_and_an_empty_choice_is_the_usual_one(
    world: World, columns: list[str], stored: list[str]
) -> None:
    assert choose(world, columns).ticket_columns == stored


@pytest.mark.parametrize("columns", [["password"], ["amount", "amount"], [*list(TICKETS.labels)[1 : MAX_COLUMNS + 1]]])
def test_what_is_no_choice_is_refused(world: World, columns: list[str]) -> None:
    with pytest.raises(Invalid):
        choose(world, columns)
    assert choose(world, list(TICKETS.labels)[1:MAX_COLUMNS]).ticket_columns == list(TICKETS.labels)[:MAX_COLUMNS]


def test_what_is_no_choice_stands_in_the_form_again(world: World, sit: Sit) -> None:
    answer = sit("mei").post(page(world.lantern, "ticket_columns"), {"place_1": "amount", "place_2": "amount"})
    assert answer.status_code == 400
    assert "Each column can only be used once." in text(answer)
    assert sit("mei").post(page(world.lantern, "ticket_columns"), {"place_1": "password"}).status_code == 400


def test_only_managers_of_the_shop_choose(world: World, sit: Sit) -> None:
    for name in ("wen", "sun"):
        with pytest.raises(Forbidden):
            choose_columns(world.lantern, listing=TICKETS, columns=CHOSEN, actor=world.actor(name), now=NOW)
    assert sit("wen").post(page(world.lantern, "ticket_columns"), {"place_1": "amount"}).status_code == 403
    assert sit("rui").post(page(world.lantern, "ticket_columns"), {"place_1": "amount"}).status_code == 404


def test_a_list_of_several_shops_has_the_usual_ones_unless_one_is_chosen(world: World, sit: Sit) -> None:
    choose(world, CHOSEN)
    usual = ["conversation_and_shop" if name == "conversation" else name for name in TICKETS.usual]
    assert headers(sit("sun"), Ticket) == usual
    assert headers(sit("sun"), Ticket, "?shop=lantern") == CHOSEN


def test_a_column_that_is_gone_is_left_out(world: World, sit: Sit) -> None:
    Shop.objects.filter(pk=world.lantern.pk).update(ticket_columns=["number", "gone", "amount"])
    assert headers(sit("mei"), Ticket) == ["number", "amount"]


def test_the_download_is_the_list_as_it_is_filtered(desk: Desk, world: World, sit: Sit) -> None:
    first, second = (desk.apply(world.delivered()) for _ in range(2))
    services.withdraw(second, actor=desk.buyer, now=NOW)
    world.sku("MUG", shop=world.harbor, on_hand=5)
    desk.apply(world.delivered(shop=world.harbor, lines=[("MUG", "10.00", 1)]))
    assert [row[0] for row in export(sit("mei"), Ticket, "?stage=pending")[1:]] == [first.ticket_no]
    assert len(export(sit("mei"), Ticket)) == 3
    assert f"{listing(Ticket)}export/?stage=pending" in text(sit("mei").get(listing(Ticket, "?stage=pending")))
    assert sit("alice").get(listing(Ticket) + "export/").status_code == 404


@pytest.mark.parametrize("query", ["colour=red", "created_at__gte=yesterday"])
@pytest.mark.parametrize("model", [Ticket, Order])
def test_a_filter_that_is_none_downloads_nothing(world: World, sit: Sit, model: Any, query: str) -> None:
    answer = sit("mei").get(f"{listing(model)}export/?{query}")
    assert answer.status_code == 400
    assert "be filtered like that" in text(answer)


@pytest.mark.parametrize("model", [Ticket, Order])
def test_every_column_can_be_drawn_and_taken_along(desk: Desk, world: World, sit: Sit, model: Any) -> None:
    ticket = desk.apply(world.delivered())
    services.post_message(ticket, text="=1+1", actor=desk.buyer, now=NOW)
    table = TICKETS if model is Ticket else ORDERS
    page_of_list: Any = admin.site.get_model_admin(model)
    assert page_of_list.exported.keys() == table.labels.keys()
    first, *others = table.labels
    for some in (others[: MAX_COLUMNS - 1], others[MAX_COLUMNS - 1 :]):
        choose_columns(world.lantern, listing=table, columns=some, actor=world.actor("mei"), now=NOW)
        assert headers(sit("mei"), model) == [first, *some]
        table_taken = export(sit("mei"), model)
        assert len(table_taken) == 2
        assert len(table_taken[0]) == len(table_taken[1]) == len(some) + 1


def test_no_statement_a_row(desk: Desk, world: World, sit: Sit, django_assert_max_num_queries: Any) -> None:
    mei = sit("mei")
    columns = ["goods", "remarks", "aftersales"]
    choose_columns(world.lantern, listing=ORDERS, columns=columns, actor=world.actor("mei"), now=NOW)
    world.delivered()
    mei.get(listing(Order))
    with django_assert_max_num_queries(12) as few:
        mei.get(listing(Order))
    for _ in range(4):
        world.delivered()
    with django_assert_max_num_queries(12) as many:
        mei.get(listing(Order))
    assert len(few) == len(many)
