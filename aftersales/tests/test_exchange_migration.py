"""A database from before exchanges made lines: its statements on rows as they were."""

from decimal import Decimal
from importlib import import_module

import pytest
from django.db import connection

from aftersales import services
from aftersales.audit import run
from aftersales.ledger.allocation import Allocation
from aftersales.models import Ticket, TicketLine
from kernel.machine import advance
from orders import services as orders
from orders.models import Order
from tests.desk import Desk
from tests.world import NOW, World

pytestmark = pytest.mark.django_db
MIGRATION = import_module("aftersales.migrations.0021_replacement_lines")


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", on_hand=20)
    world.sku("KID", price="79.00", title="Tee", on_hand=20)
    world.sku("BIG", price="129.00", title="Tee", on_hand=20)
    world.sku("LAMP", price="129.00", on_hand=20)
    return Desk(world)


def as_before(ticket: Ticket) -> None:
    """The rows of an exchange without what is new; what was paid back for a cheaper one stood in the difference."""
    for item in ticket.lines.all():
        if item.given_back:
            item.difference = -item.given_back
        item.sent_quantity, item.given_back, item.exchange_price = None, Decimal(0), None
        item.save()


def migrate() -> None:
    with connection.cursor() as cursor:
        for statements in (MIGRATION.QUOTED, MIGRATION.SENT, MIGRATION.GIVEN_BACK, MIGRATION.OTHER_PRODUCT):
            cursor.execute(statements)
        cursor.execute(MIGRATION.INSIDE)


def exchanged(desk: Desk, sku: str) -> tuple[Order, Ticket]:
    """Its replacement is on its way."""
    order = desk.world.completed(lines=[("TEE", "99.00", 1)])
    ticket = desk.approve(desk.apply(order, "exchange", "wrong_choice", exchange_sku=sku))
    if ticket.price_difference > 0:
        ticket = desk.pay_difference(ticket, str(ticket.price_difference))
    ticket = desk.reship(desk.receive(desk.ship_back(ticket)))
    desk.send_refunds()
    return order, ticket


@pytest.mark.parametrize("sku", ["TEE", "KID", "BIG"])
def test_an_exchange_that_has_ended_keeps_its_line(desk: Desk, sku: str) -> None:
    order, ticket = exchanged(desk, sku)
    Allocation.of(ticket, ticket.order).release(now=NOW)
    ticket = advance(ticket.confirm_replacement, actor=desk.buyer, now=NOW)
    orders.end_case(ticket.order, succeeded=True, now=NOW)
    as_before(ticket)
    migrate()
    assert [str(difference) for difference in run()] == []
    line = order.lines.get()
    assert (line.exchanged_quantity, line.free_quantity) == (0, 1)
    assert TicketLine.objects.get().replacement is None
    assert desk.apply(order).requested_amount == line.free_amount


@pytest.mark.parametrize(("sku", "paid"), [("TEE", 99), ("KID", 79), ("BIG", 129)])
def test_one_that_is_under_way_ends_as_new_ones_do(desk: Desk, sku: str, paid: int) -> None:
    order, ticket = exchanged(desk, sku)
    as_before(ticket)
    migrate()
    assert [str(difference) for difference in run()] == []
    services.confirm_replacement(ticket, actor=desk.buyer, now=NOW)
    assert [str(difference) for difference in run()] == []
    new = order.lines.get(position=2)
    assert (new.sku.code, new.unit_price, new.paid_amount, new.list_price_paid) == (sku, *[Decimal(paid)] * 3)


def test_the_clock_no_longer_approves_what_waits_for_another_product(desk: Desk) -> None:
    order = desk.world.completed(lines=[("TEE", "99.00", 2)])
    waiting = desk.apply(order, "exchange", "wrong_choice", quantity=1, exchange_sku="LAMP")
    same = desk.apply(order, "exchange", "wrong_choice", quantity=1, exchange_sku="BIG")
    Ticket.objects.update(other_product=False, due_action="approve")
    migrate()
    rows = dict(Ticket.objects.values_list("pk", "due_action"))
    assert rows == {waiting.pk: "overdue", same.pk: "approve"}
