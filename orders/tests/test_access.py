"""Who finds an order or a shop, as whom they act there, and what each is told who does not."""

from typing import Any

import pytest

from accounts.models import Membership, Role
from kernel.access import SeveralShops
from kernel.errors import Forbidden, Invalid, NotFound
from orders import access
from tests.world import NOW, World

ROLES = {
    "alice": ("buyer", ""),
    "mei": ("merchant", "manager"),
    "wen": ("merchant", "agent"),
    "oms": ("integration", "integration"),
    "sun": ("support", "agent"),
    "song": ("support", "supervisor"),
}
STRANGERS = ["bob", "eve", "rui"]
SEEN = {"alice": {"L"}, "bob": {"H"}, "eve": set(), "mei": {"L"}, "wen": {"L"}, "rui": {"H"}, "oms": {"L", "H"},
        "sun": {"L", "H"}, "song": {"L", "H"}}  # fmt: skip
# Who may each verb at all, of the people: the contract's table.
VERBS = {
    "pay": {"oms"},
    "pack": {"mei", "wen", "oms"},
    "ship": {"mei", "wen", "oms"},
    "deliver": {"mei", "wen", "oms"},
    "close": {"mei", "wen", "oms"},
    "confirm_receipt": {"alice"},
    "extend_receipt": {"alice", "mei", "wen", "sun", "song"},
    "reopen_window": {"sun", "song"},
    "close_refunded": set(),
    "close_window": set(),
}


@pytest.fixture
def orders(world: World) -> World:
    """L of alice in lantern, H of bob in harbor."""
    world.place_order(order_no="L")
    world.place_order(order_no="H", shop=world.harbor, buyer="bob")
    return world


@pytest.mark.parametrize("name", SEEN)
def test_everybody_sees_what_they_bought_and_their_shops(orders: World, name: str) -> None:
    assert {order.order_no for order in access.orders_of(orders.users[name])} == SEEN[name]


@pytest.mark.parametrize("name", SEEN)
def test_who_was_switched_off_sees_nothing(orders: World, name: str) -> None:
    user = orders.users[name]
    user.is_active = False
    assert list(access.orders_of(user)) == []


@pytest.mark.parametrize("name", ROLES)
def test_as_whom_somebody_acts(orders: World, name: str) -> None:
    user = orders.users[name]
    order, actor = access.order_for(user, "L")
    assert (order.order_no, actor.kind, actor.role, actor.user_id) == ("L", *ROLES[name], user.pk)
    assert access.acting_on(user, order) == actor


@pytest.mark.parametrize("name", STRANGERS)
def test_a_stranger_finds_no_order_whatever_the_verb(orders: World, name: str) -> None:
    for verb in ("", "pay", "close_window"):
        with pytest.raises(NotFound):
            access.order_for(orders.users[name], "L", verb)
    with pytest.raises(NotFound):
        access.acting_on(orders.users[name], access.orders_of(orders.alice).get())


@pytest.mark.parametrize("name", ["mei", "wen", "sun"])
def test_who_bought_it_is_its_buyer_wherever_they_work(orders: World, name: str) -> None:
    orders.place_order(order_no="OWN", buyer=name)
    assert access.order_for(orders.users[name], "OWN")[1].kind == "buyer"
    with pytest.raises(Forbidden):
        access.order_for(orders.users[name], "OWN", "ship")


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_that_is_never_ones_own_is_refused_at_once(orders: World, verb: str) -> None:
    may = set()
    for name in ROLES:
        try:
            access.order_for(orders.users[name], "L", verb)
        except Forbidden:
            continue
        may.add(name)
    assert may == VERBS[verb]


class TestOneNumberInTwoShops:
    @pytest.fixture
    def twice(self, orders: World) -> World:
        orders.place_order(order_no="L", shop=orders.harbor, buyer="bob", paid=False)
        return orders

    @pytest.mark.parametrize("name", ["oms", "sun", "song"])
    def test_who_sees_both_is_asked_for_the_shop(self, twice: World, name: str) -> None:
        with pytest.raises(SeveralShops) as refusal:
            access.order_for(twice.users[name], "L")
        assert refusal.value.details == {"shops": ["harbor", "lantern"]}
        for code in ("harbor", "lantern"):
            assert access.order_for(twice.users[name], "L", shop=code)[0].shop.code == code

    @pytest.mark.parametrize(("name", "code"), [("alice", "lantern"), ("bob", "harbor"), ("mei", "lantern")])
    def test_who_sees_one_need_not_say_it_and_gains_nothing_by_another(
        self, twice: World, name: str, code: str
    ) -> None:
        user = twice.users[name]
        assert access.order_for(user, "L")[0].shop.code == code
        with pytest.raises(NotFound):
            access.order_for(user, "L", shop={"lantern": "harbor", "harbor": "lantern"}[code])

    @pytest.mark.parametrize("number", ["l", "L ", "-L", "Ｌ"])
    def test_blanks_hyphens_case_and_width_do_not_count(self, twice: World, number: str) -> None:
        assert access.order_for(twice.alice, number)[0].order_no == "L"
        with pytest.raises(SeveralShops):
            access.order_for(twice.sun, number)

    @pytest.mark.parametrize(
        ("number", "shop"), [("LL", ""), ("L1", ""), ("", ""), ("-", ""), ("L\0", ""), ("L", "nowhere")]
    )
    def test_a_number_or_shop_that_is_not_there(self, twice: World, number: str, shop: str) -> None:
        with pytest.raises(NotFound):
            access.order_for(twice.sun, number, shop=shop)


# --- shops ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SEEN)
def test_orders_are_brought_by_managers_and_programs(world: World, name: str) -> None:
    if name in {"mei", "rui", "oms"}:
        access.may_bring_orders(world.users[name])
    else:
        with pytest.raises(Forbidden):
            access.may_bring_orders(world.users[name])


def test_an_invitation_that_nobody_accepted_gives_nothing(world: World) -> None:
    made = Membership.objects.create(shop=world.lantern, user=world.eve, role=Role.MANAGER)
    with pytest.raises(Forbidden):
        access.may_bring_orders(world.eve)
    with pytest.raises(NotFound):
        access.shop_for(world.eve, "lantern")
    made.accepted_at = NOW
    made.save()
    del world.eve._memberships  # type: ignore[attr-defined]  # those of the request before
    access.may_bring_orders(world.eve)
    assert access.shop_for(world.eve, "lantern")[1].role == "manager"


@pytest.mark.parametrize(
    ("name", "reads", "writes"),
    [
        ("mei", None, None),
        ("oms", None, None),
        ("wen", None, Forbidden),
        ("sun", None, Forbidden),
        ("song", None, Forbidden),
        ("rui", NotFound, NotFound),
        ("alice", NotFound, NotFound),
        ("eve", NotFound, NotFound),
    ],
)
def test_the_goods_of_a_shop(orders: World, name: str, reads: Any, writes: Any) -> None:
    for write, refusal in ((False, reads), (True, writes)):
        if refusal is None:
            shop, actor = access.shop_for(orders.users[name], "lantern", write=write)
            assert (shop, actor.kind, actor.role) == (orders.lantern, *ROLES[name])
        else:
            with pytest.raises(refusal):
                access.shop_for(orders.users[name], "lantern", write=write)


@pytest.mark.parametrize("name", SEEN)
def test_who_has_a_shop_is_told_to_name_it_and_nobody_else(orders: World, name: str) -> None:
    expected: Any = NotFound if name in {"alice", "bob", "eve"} else Invalid
    with pytest.raises(expected) as refusal:
        access.shop_for(orders.users[name], "")
    if expected is Invalid:
        assert list(refusal.value.errors) == ["shop"]


@pytest.mark.parametrize("code", ["nowhere", "Lantern", "lantern ", "\0"])
def test_a_code_that_is_not_there(world: World, code: str) -> None:
    with pytest.raises(NotFound):
        access.shop_for(world.sun, code)


def test_the_shops_of_a_buyer_are_those_they_bought_in_once_each_and_by_name(orders: World) -> None:
    orders.place_order(order_no="L2")
    assert list(access.shops_of(orders.alice)) == [orders.lantern]
    orders.place_order(order_no="H2", shop=orders.harbor)
    assert list(access.shops_of(orders.alice)) == [orders.harbor, orders.lantern]
    assert list(access.shops_of(orders.mei)) == list(access.shops_of(orders.sun)) == []
