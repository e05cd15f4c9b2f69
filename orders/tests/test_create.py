"""POST orders/ as a service: adding up, shares, the same again (contract §5, F-2, F-3)."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from kernel.errors import Conflict, Forbidden, Invalid
from orders import services
from orders.models import Order, Sku
from tests.world import NOW, World


def create(world: World, who: str = "oms", **data):
    return services.create(world.lantern, world.order_data(**data), actor=world.actor(who), now=NOW)


def test_paid_order(world):
    order, new = create(world, lines=[("TEE", "99.00", 2)], freight="10.00", discount="30.00")
    assert new
    assert (order.status, order.fulfilment, order.amount) == ("paid", "unallocated", Decimal("178.00"))
    assert order.policy_id == world.lantern.policy_id
    assert order.paid_at == order.placed_at
    assert [payment.captured for payment in order.payments.all()] == [Decimal("178.00")]
    assert list(order.history().values_list("action", "source", "target", "actor_kind")) == [
        ("create", "", "paid", "integration")
    ]


def test_unpaid_order(world):
    order, _ = create(world, paid=False)
    assert (order.status, order.paid_at) == ("pending_payment", None)


@pytest.mark.parametrize(
    ("lines", "discount", "shares"),
    [
        ([("A", "100.00", 1), ("B", "100.00", 1), ("C", "100.00", 1)], "10.00", ["3.33", "3.34", "3.33"]),
        ([("A", "33.68", 3)], "1.89", ["1.89"]),  # vectors A01
        ([("A", "1.00", 1), ("B", "1.00", 1)], "0.97", ["0.49", "0.48"]),  # vectors A28: never a cent too much
        ([("A", "0.00", 1), ("B", "10.00", 1)], "10.00", ["0.00", "10.00"]),
        ([("A", "0.00", 1), ("B", "0.00", 1)], "0.00", ["0.00", "0.00"]),
    ],
)
def test_discount_is_split_over_the_lines_at_once(world, lines, discount, shares):
    order, _ = create(world, lines=lines, discount=discount)
    assert [str(line.discount_share) for line in world.lines(order)] == shares
    assert sum(line.paid_amount for line in order.lines.all()) == order.amount


def test_points_fall_on_what_each_line_has_left(world):
    lines = [("A", "100.00", 1), ("B", "50.00", 1)]
    order, _ = create(world, lines=lines, discount="75.00", points_deduction="10.00", points_used=1000)
    stored = world.lines(order)
    assert [str(line.discount_share) for line in stored] == ["50.00", "25.00"]
    assert [str(line.points_share) for line in stored] == ["6.67", "3.33"]
    assert [line.points for line in stored] == [667, 333]


def test_points_without_money_follow_what_is_paid(world):
    order, _ = create(world, lines=[("A", "20.00", 1), ("B", "10.00", 1)], points_used=3)
    assert [line.points for line in world.lines(order)] == [2, 1]


def test_the_discount_of_a_line_comes_before_the_split(world):
    data = world.order_data(
        lines=[("A", "100.00", 1), ("B", "100.00", 1)], discount="30.00", payments=[("P", "120.00")]
    )
    data["lines"][0]["discount"] = Decimal("50.00")
    order, _ = services.create(world.lantern, data, actor=world.actor("oms"), now=NOW)
    assert [str(line.paid_amount) for line in world.lines(order)] == ["40.00", "80.00"]


def test_several_tenders(world):
    order, _ = create(world, payments=[("P1", "100.00"), ("P2", "98.00")])
    assert [str(payment.captured) for payment in order.payments.all()] == ["100.00", "98.00"]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"payments": [("P", "197.99")]}, "payments"),
        ({"payments": [("P", "198.01")]}, "payments"),
        ({"payments": [("P", "99.00"), ("P", "99.00")]}, "payments"),
        ({"discount": "198.01", "payments": []}, "discount"),
        ({"discount": "198.00", "points_deduction": "0.01", "payments": []}, "points_deduction"),
        ({"lines": [("A", "9999999999.99", 2)]}, "lines[0].quantity"),
        ({"lines": [("A", "9999999999.99", 1), ("B", "0.01", 1)]}, "lines"),
    ],
)
def test_what_does_not_add_up(world, data, field):
    with pytest.raises(Invalid) as refused:
        create(world, **data)
    assert list(refused.value.errors or ()) == [field]
    assert not Order.objects.exists()


def test_a_line_cannot_be_discounted_below_zero(world):
    data = world.order_data(payments=[])
    data["lines"][0]["discount"] = Decimal("198.01")
    with pytest.raises(Invalid, match="aren't valid"):
        services.create(world.lantern, data, actor=world.actor("oms"), now=NOW)


def test_an_order_that_costs_nothing(world):
    order, _ = create(world, lines=[("A", "10.00", 1)], discount="10.00", payments=[("FREE", "0.00")])
    assert (order.status, order.amount) == ("paid", 0)


def test_the_same_again_is_the_same_order(world):
    first, _ = create(world, order_no="E-SAME")
    again, new = create(world, order_no="E-SAME")
    assert (again.pk, new) == (first.pk, False)
    assert Order.objects.count() == 1
    assert first.history().count() == 1


@pytest.mark.parametrize(
    "other", [{"freight": "1.00"}, {"buyer": "bob"}, {"lines": [("TEE", "99.00", 1)]}, {"paid": False}]
)
def test_the_same_number_with_other_content(world, other):
    create(world, order_no="E-SAME")
    with pytest.raises(Conflict):
        create(world, order_no="E-SAME", **other)


def test_another_shop_may_use_the_same_number(world):
    """Contract §5: numbers of orders are unique in a shop."""
    order, _ = create(world, order_no="E-SAME")
    data = world.order_data(order_no="E-SAME", payments=[("PAY-OTHER", "198.00")])
    other, new = services.create(world.harbor, data, actor=world.actor("oms"), now=NOW)
    assert (new, other.order_no, other.shop) == (True, order.order_no, world.harbor)


def test_an_integration_brings_new_goods_and_buyers(world):
    order, _ = create(world, lines=[("NEW", "5.00", 1)], buyer="carol")
    carol = User.objects.get(username="carol")
    assert order.buyer == carol
    assert not carol.has_usable_password()
    assert Sku.objects.get(shop=world.lantern, code="NEW").price == Decimal("5.00")


def test_a_manager_sells_only_what_is_known_to_whom_is_known(world):
    with pytest.raises(Invalid) as refused:
        create(world, "mei", paid=False)
    assert list(refused.value.errors or ()) == ["lines[0].sku"]
    world.sku("TEE")
    assert create(world, "mei", paid=False)[1]
    with pytest.raises(Invalid) as refused:
        create(world, "mei", paid=False, buyer="carol")
    assert list(refused.value.errors or ()) == ["buyer"]


@pytest.mark.parametrize("who", ["alice", "wen", "sun", "song"])
def test_others_may_not(world, who):
    with pytest.raises(Forbidden):
        create(world, who)


def test_the_flags_of_the_sku_are_frozen_on_the_line(world):
    sku = world.sku("TEE", exchange_excluded=True, warranty_days=365, virtual=True, no_reason_exempt=True)
    order, _ = create(world)
    world.sku("TEE", exchange_excluded=False, warranty_days=0, virtual=False, no_reason_exempt=False)
    line = order.lines.get()
    assert line.sku == sku
    assert (line.exchange_excluded, line.warranty_days, line.virtual, line.no_reason_exempt) == (True, 365, True, True)


def test_one_sku_on_two_lines(world):
    order, _ = create(world, lines=[("TEE", "99.00", 1), ("TEE", "0.00", 1)])
    assert [str(line.paid_amount) for line in world.lines(order)] == ["99.00", "0.00"]


def test_the_policy_of_the_day_stays_with_the_order(world):
    from accounts.models import Policy

    order, _ = create(world)
    world.lantern.policy = Policy.objects.create(shop=world.lantern, window_days=30)
    world.lantern.save()
    assert Order.objects.get(pk=order.pk).policy.window_days == 15


def test_a_line_is_goods_and_of_a_known_kind(world):
    order, _ = create(world)
    assert order.lines.get().kind == "goods"
    for kind in ("shipping", "fee"):
        assert order.lines.update(kind=kind) == 1
    with pytest.raises(IntegrityError, match="line_gift_is_free"), transaction.atomic():
        order.lines.update(kind="gift")  # it was paid for
    with pytest.raises(IntegrityError, match="line_kind"), transaction.atomic():
        order.lines.update(kind="bribe")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"lines": [("TEE", "10.50", 2)]}, "lines[0].unit_price"),
        ({"freight": "0.50"}, "freight"),
        ({"discount": "0.50"}, "discount"),
        ({"points_deduction": "0.50"}, "points_deduction"),
        ({"payments": [("PAY-Y", "197.50")]}, "payments[0].amount"),
    ],
)
def test_amounts_that_the_currency_does_not_have(world, changed, field):
    """F-1, also for callers that are no API."""
    with pytest.raises(Invalid) as refused:
        create(world, currency="JPY", **({"lines": [("TEE", "99", 2)]} | changed))
    assert field in (refused.value.errors or {})
    assert not Order.objects.exists()
