"""One buyer's orders by words, whoever else they are."""

import pytest

from kernel.errors import Invalid
from orders.access import own_orders
from orders.models import Order

from ..api.filters import searched


def numbers(rows):
    return {order.order_no for order in rows}


def test_words_in_the_number_or_in_a_title(world):
    world.place_order(order_no="E-1", lines=[("TEE", "1.00", 1), ("TEE2", "1.00", 1)])
    world.place_order(order_no="X-2", lines=[("Lamp 100%", "1.00", 1)])
    for words, found in {"e-": {"E-1"}, "tee": {"E-1"}, "0%": {"X-2"}, " lamp ": {"X-2"}, "_": set()}.items():
        assert numbers(searched(Order.objects.all(), words)) == found, words
    assert numbers(searched(Order.objects.all(), "  ")) == {"E-1", "X-2"}
    assert searched(Order.objects.all(), "tee").count() == 1


@pytest.mark.parametrize("words", ["a\0", "x" * 65])
def test_what_is_no_search(world, words):
    with pytest.raises(Invalid) as refusal:
        searched(Order.objects.all(), words)
    assert list(refusal.value.errors or ()) == ["search"]


def test_own_orders_are_what_one_bought(world, django_assert_num_queries):
    world.place_order(order_no="E-1")
    world.place_order(order_no="E-2", buyer="mei")
    assert numbers(own_orders(world.mei)) == {"E-2"}
    assert numbers(own_orders(world.sun)) == set()
    with django_assert_num_queries(1):
        order = own_orders(world.alice).get()
        assert order.shop.policy.window_days == order.policy.window_days == 15
        assert order.buyer.username == "alice"
