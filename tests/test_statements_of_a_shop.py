"""Statements say which shop they are about (architecture §2): a journey of each kind runs, and every statement on a
table of shops has `shop_id` in its condition or among the columns that it inserts.

So the rows of a shop can lie in a database of their own, or on a node of theirs. The exceptions are written down.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from aftersales import services
from aftersales.models import Ticket
from aftersales.rules.application import Application, LineRequest
from logistics.services import ship
from refunds import services as refunds
from refunds.models import Refund

from .desk import Desk
from .test_shop_rows import models_of_shops
from .world import NOW, World

TABLES = frozenset(model._meta.db_table for model in models_of_shops())
FROM = re.compile(r'^(?:SELECT .*? FROM|UPDATE|INSERT INTO|DELETE FROM) "?(\w+)"?', re.DOTALL)
# A part of a statement → why it does not say which shop.
EXCEPTIONS = {
    '"aftersales_evidence"."uploader_id" = %s': "an upload has no shop before a ticket uses it; its uploader is asked",
    '"accounts_membership"."user_id" = %s': "where a person works is asked before any shop is known",
    '"refunds_refund"."claimed_until" <= %s': "a task is given the id of a refund, and ids are unique across databases",
}


def about_a_shop(sql: str) -> bool:
    """Whether a statement on a table of shops names the shop: in its WHERE, or as a column that it inserts."""
    found = FROM.match(sql)
    if found is None or found.group(1) not in TABLES or any(part in sql for part in EXCEPTIONS):
        return True
    condition = sql.partition(" VALUES ")[0] if sql.startswith("INSERT") else sql.partition(" WHERE ")[2]
    return "shop_id" in condition


@contextmanager
def every_statement_names_the_shop() -> Iterator[None]:
    missing: Counter[str] = Counter()

    def hook(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        missing[sql] += not about_a_shop(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(hook):
        yield
    assert not +missing, "\n".join(+missing)


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", on_hand=9)
    world.sku("BIG", price="109.00", on_hand=9)
    return Desk(world)


def sent(desk: Desk) -> Any:
    order = desk.world.place_order()
    ship(order, courier="sf", tracking_no="SF0", actor=desk.merchant, now=NOW)
    return desk.world.deliver(order)


def paid(ticket: Ticket) -> Ticket:
    for refund in Refund.objects.filter(shop_id=ticket.shop_id, ticket_refund__ticket=ticket):
        refunds.send(refund.pk, now=NOW)
    return Ticket.objects.get(shop_id=ticket.shop_id, pk=ticket.pk)


def refund_only(desk: Desk) -> Ticket:
    order = sent(desk)
    line = order.lines.get()
    application = Application("refund_only", "compensation", (LineRequest(line.pk, 1),), evidence=(desk.photo(),))
    ticket = services.apply(order, application, actor=desk.buyer, now=NOW)
    return paid(desk.approve(ticket))


def unshipped(desk: Desk) -> Ticket:
    return paid(desk.apply(desk.world.place_order(), "refund_only", "dont_want"))


def return_refund(desk: Desk) -> Ticket:
    ticket = desk.apply(sent(desk))
    services.post_message(ticket, text="Hello.", evidence=[desk.photo()], actor=desk.buyer, now=NOW)
    return paid(desk.receive(desk.ship_back(desk.approve(ticket))))


def exchange(desk: Desk) -> Ticket:
    ticket = desk.apply(sent(desk), "exchange", "wrong_choice", quantity=1, exchange_sku="BIG")
    return desk.reship(desk.receive(desk.ship_back(desk.pay_difference(desk.approve(ticket), "10.00"))))


def repair(desk: Desk) -> Ticket:
    return desk.reship(desk.receive(desk.ship_back(desk.approve(desk.apply(sent(desk), "repair", "fault")))))


def reissue(desk: Desk) -> Ticket:
    return desk.reship(desk.approve(desk.apply(sent(desk), "reissue", "missing", quantity=1)))


@pytest.mark.django_db
@pytest.mark.parametrize("journey", [refund_only, unshipped, return_refund, exchange, repair, reissue])
def test_a_journey(journey: Callable[[Desk], Ticket], desk: Desk) -> None:
    with every_statement_names_the_shop():
        journey(desk)


@pytest.mark.django_db
def test_the_desk_of_a_merchant(desk: Desk, sit: Any) -> None:
    """The lists and the pages of a ticket and of an order, as the manager of one shop reads them."""
    ticket = return_refund(desk)
    order = ticket.order
    client = sit("mei")
    pages = [
        reverse("admin:aftersales_ticket_changelist"),
        reverse("admin:aftersales_ticket_change", args=[ticket.pk]),
        reverse("admin:orders_order_changelist"),
        reverse("admin:orders_order_change", args=[order.pk]),
    ]
    with every_statement_names_the_shop():
        for page in pages:
            assert client.get(page).status_code == 200


@pytest.mark.django_db
def test_the_api_of_a_merchant(desk: Desk, api: Any) -> None:
    ticket = return_refund(desk)
    mei = api("mei")
    number, order_no = ticket.ticket_no, ticket.order.order_no
    tickets = ["tickets/", f"tickets/{number}/", f"tickets/{number}/messages/", "tickets/summary/"]
    orders = ["orders/", f"orders/{order_no}/", f"orders/{order_no}/options/", f"orders/{order_no}/notes/"]
    with every_statement_names_the_shop():
        for path in [*tickets, *orders, "refunds/"]:
            assert mei.get(f"/api/v1/{path}").status_code == 200


def test_a_statement_that_does_not_say_is_found() -> None:
    bare = 'SELECT "orders_order"."shop_id" FROM "orders_order" WHERE "orders_order"."id" = %s'
    assert not about_a_shop(bare)
    assert not about_a_shop('UPDATE "aftersales_ticket" SET "shop_id" = %s WHERE "aftersales_ticket"."id" = %s')
    assert not about_a_shop('INSERT INTO "orders_note" ("order_id") VALUES (%s)')
    assert about_a_shop(bare + ' AND "orders_order"."shop_id" = %s')
