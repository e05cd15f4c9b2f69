"""Where the entry to after-sales stands open, on a line and on a list of orders."""

from dataclasses import replace

import pytest

from aftersales import services
from orders.access import own_orders
from orders.api.representation import STOCKED_LINES
from orders.models import Order
from tests.desk import Desk

from ..rules.refusal import Refusal
from ..selectors.openings import entries_of, open_entries
from ..selectors.options import choices


@pytest.fixture
def desk(world):
    return Desk(world)


def entries(order, now):
    chosen = choices(Order.objects.get(pk=order.pk), now=now)
    return entries_of(chosen, chosen.lines)


def opened(world, now):
    rows = list(own_orders(world.alice).prefetch_related(STOCKED_LINES))
    return open_entries(rows, now=now)


def test_a_line_says_what_is_possible_or_why_nothing_is(world, desk):
    order = world.place_order(lines=[("A", "1.00", 1), ("B", "2.00", 1)])
    one, two = world.lines(order)
    asked = desk.application(order, "refund_only", "dont_want")
    services.apply(order, replace(asked, lines=asked.lines[:1]), actor=desk.buyer, now=desk.now)
    found = entries(order, desk.now)
    assert (found[one.pk].types, found[one.pk].why) == ([], Refusal("open_ticket_exists", one, left=0))
    assert [option.type for option in found[two.pk].types] == ["refund_only"]
    assert found[two.pk].why is None


def test_the_list_agrees_with_the_order(world, desk):
    world.place_order(paid=False)
    world.place_order()
    desk.apply(world.delivered())
    world.delivered(lines=[("TEE", "99.00", 2), ("MUG", "9.00", 1)])
    late = world.completed()
    Order.objects.filter(pk=late.pk).update(window_ends_at=desk.now)
    each = {
        order.pk for order in Order.objects.all() if any(entry.types for entry in entries(order, desk.now).values())
    }
    assert opened(world, desk.now) == each
    assert len(each) == 2


def test_stock_that_came_with_the_lines_counts_as_stock_that_is_read(world, desk):
    world.sku("TEE", on_hand=1)
    order = world.delivered(lines=[("TEE", "99.00", 1), ("MUG", "9.00", 1)])
    stocked = own_orders(world.alice).prefetch_related(STOCKED_LINES).get()
    for row in (stocked, Order.objects.get(pk=order.pk)):
        chosen = choices(row, now=desk.now)
        types = {line.sku.code: {option.type for option in chosen.entries()[line.pk]} for line in chosen.lines}
        assert "exchange" in types["TEE"]
        assert "exchange" not in types["MUG"]


def test_two_statements_for_any_number_of_orders(world, desk, django_assert_num_queries):
    for days in range(4):
        world.revise_policy(window_days=15 + days)
        world.delivered()
    rows = list(own_orders(world.alice).prefetch_related("lines__sku"))
    with django_assert_num_queries(2):
        assert len(open_entries(rows, now=desk.now)) == 4
    with django_assert_num_queries(0):
        assert open_entries([], now=desk.now) == set()
