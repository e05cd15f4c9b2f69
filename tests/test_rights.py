"""Who sees and may do what in which shop: every person, every shop, every question, written out."""

from collections.abc import Callable, Iterable
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts import access
from accounts.models import Membership, Role, Shop, User
from accounts.services import only_manager
from kernel.actors import ARBITER, KINDS, Actor
from kernel.errors import Forbidden, NotFound
from orders.models import Order
from tests.world import World

# As whom a person acts, in lantern and in harbor, on an order of alice's.
ACTS: dict[str, tuple[str, str]] = {
    "alice": ("buyer", "buyer"),
    "bob": ("", ""),
    "eve": ("", ""),
    "mei": ("merchant manager", ""),
    "wen": ("merchant agent", ""),
    "rui": ("", "merchant manager"),
    "oms": ("integration integration", "integration integration"),
    "sun": ("support agent", "support agent"),
    "song": ("support supervisor", "support supervisor"),
    "root": ("support supervisor", "support supervisor"),
    "both": ("merchant agent", "merchant manager"),  # works at two shops
    "new": ("", ""),  # invited to lantern as manager, has not accepted
    "off": ("merchant manager", ""),  # switched off; every way in asks for that before
}
PEOPLE = sorted(ACTS)
SHOPS = ("lantern", "harbor")


@pytest.fixture
def world(world: World) -> World:
    """Three people more, and the administrator."""
    for name, flags in [("root", {"is_superuser": True}), ("both", {}), ("new", {}), ("off", {"is_active": False})]:
        world.users[name] = User.objects.create(username=name, **flags)
    for name, shop, role, accepted in [
        ("both", world.lantern, Role.AGENT, world.now), ("both", world.harbor, Role.MANAGER, world.now),
        ("new", world.lantern, Role.MANAGER, None), ("off", world.lantern, Role.MANAGER, world.now),
    ]:  # fmt: skip
        Membership.objects.create(user=world.users[name], shop=shop, role=role, accepted_at=accepted)
    return world


def words(actor: Actor | None) -> str:
    return f"{actor.kind} {actor.role}".strip() if actor else ""


def shop_of(world: World, code: str) -> Shop:
    return {"lantern": world.lantern, "harbor": world.harbor}[code]


def in_both(world: World, ask: Callable[[int], object]) -> tuple[object, object]:
    return ask(world.lantern.pk), ask(world.harbor.pk)


@pytest.mark.parametrize("name", PEOPLE)
def test_as_whom_they_act_on_an_order_of_alice(world: World, name: str) -> None:
    user, alice = world.users[name], world.alice.pk
    assert in_both(world, lambda shop: words(access.actor_for(user, shop_id=shop, buyer_id=alice))) == ACTS[name]


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("code", SHOPS)
def test_of_their_own_purchase_everybody_is_the_buyer(world: World, name: str, code: str) -> None:
    """Nobody decides about their own purchase: no manager, no support, no administrator."""
    user = world.users[name]
    actor = access.actor_for(user, shop_id=shop_of(world, code).pk, buyer_id=user.pk)
    assert actor == Actor("buyer", name, user.pk)


@pytest.mark.parametrize("name", PEOPLE)
def test_the_request_remembers_as_whom_they_acted(world: World, name: str) -> None:
    user = world.users[name]
    access.actor_for(user, shop_id=world.lantern.pk, buyer_id=world.alice.pk)
    kind = ACTS[name][0].split(" ")[0]
    assert user.acted == ((world.lantern.pk, kind) if kind else None)


LIMITS: list[tuple[str, tuple[Decimal | None, Decimal | None]]] = [
    ("wen", (Decimal(200), None)), ("both", (Decimal(0), None)), ("mei", (None, None)), ("oms", (None, None)),
    ("sun", (None, None)), ("song", (None, None)), ("root", (None, None)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "limits"), LIMITS)
def test_what_they_may_give_away_alone(world: World, name: str, limits: tuple[Decimal | None, Decimal | None]) -> None:
    """B-14: an agent for whom no limit was set gives nothing away."""
    user = world.users[name]

    def limit(shop: int) -> Decimal | None:
        actor = access.actor_for(user, shop_id=shop, buyer_id=world.alice.pk)
        return actor.limit if actor else None

    assert in_both(world, limit) == limits


@pytest.mark.parametrize("stored", ["0.00", "0.01", "199.99"])
def test_a_limit_is_taken_to_the_cent(world: World, stored: str) -> None:
    Membership.objects.filter(user=world.wen).update(review_limit=Decimal(stored))
    assert world.actor("wen").limit == Decimal(stored)


# The orders that each sees: alice's in lantern (a) and in harbor (A), mei's in harbor (M), rui's in lantern (r).
SEES = {
    "alice": "aA", "bob": "", "eve": "", "mei": "arM", "wen": "ar", "rui": "AMr", "oms": "aAMr", "sun": "aAMr",
    "song": "aAMr", "root": "aAMr", "both": "aAMr", "new": "", "off": "",
}  # fmt: skip
# Those of their desk: what they bought themselves elsewhere is not among it.
DESK = {
    "mei": "ar", "wen": "ar", "rui": "AM", "sun": "aAMr", "song": "aAMr", "root": "aAMr", "both": "aAMr",
    "off": "ar",
}  # fmt: skip


@pytest.fixture
def orders(world: World) -> dict[int, str]:
    """Order id → its letter above."""
    placed = {
        "a": world.place_order(), "A": world.place_order(shop=world.harbor),
        "M": world.place_order(shop=world.harbor, buyer="mei"), "r": world.place_order(buyer="rui"),
    }  # fmt: skip
    return {order.pk: letter for letter, order in placed.items()}


def letters(orders: dict[int, str], rows: Iterable[Order]) -> list[str]:
    return sorted(orders[row.pk] for row in rows)


@pytest.mark.parametrize("name", PEOPLE)
def test_the_orders_that_they_see(world: World, orders: dict[int, str], name: str) -> None:
    rows = Order.objects.filter(access.visible(world.users[name]))
    assert letters(orders, rows) == sorted(SEES[name])


@pytest.mark.parametrize("name", PEOPLE)
def test_the_orders_of_their_desk(world: World, orders: dict[int, str], name: str) -> None:
    rows = Order.objects.filter(access.desk_rows(world.users[name]))
    assert letters(orders, rows) == sorted(DESK.get(name, ""))


@pytest.mark.parametrize("name", sorted(set(PEOPLE) - {"off"}))
def test_what_they_see_they_act_on_as_somebody(world: World, orders: dict[int, str], name: str) -> None:
    user = world.users[name]
    for order in Order.objects.all():
        actor = access.actor_for(user, shop_id=order.shop_id, buyer_id=order.buyer_id)
        assert (actor is not None) is (orders[order.pk] in SEES[name]), orders[order.pk]


def test_somebody_without_a_login_sees_no_order_and_asks_for_none(
    orders: dict[int, str], django_assert_num_queries: Callable[[int], object]
) -> None:
    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        assert not Order.objects.filter(access.visible(AnonymousUser())).exists()
    assert not access.may_enter_desk(AnonymousUser())


@pytest.mark.parametrize("name", PEOPLE)
def test_who_enters_the_desk(world: World, name: str) -> None:
    expected = {"mei", "wen", "rui", "sun", "song", "root", "both"}
    assert access.may_enter_desk(world.users[name]) is (name in expected)


# Who may set up lantern, harbor and what is for all shops.
MANAGES = {
    "mei": (True, False, False), "rui": (False, True, False), "both": (False, True, False), "off": (True, False, False),
    "song": (False, False, True), "root": (True, True, True),
}  # fmt: skip


@pytest.mark.parametrize("name", PEOPLE)
def test_who_edits_what_belongs_to_a_shop(world: World, name: str) -> None:
    user = world.users[name]
    asked = (*in_both(world, lambda shop: access.manages(user, shop)), access.manages(user, None))
    assert asked == MANAGES.get(name, (False, False, False))


@pytest.mark.parametrize("name", PEOPLE)
def test_as_whom_they_set_up_a_shop(world: World, name: str) -> None:
    """As on an order of somebody else; the administrator as such, a buyer not at all."""
    user = world.users[name]
    special = {"root": ("support administrator",) * 2, "alice": ("", "")}
    asked = in_both(world, lambda shop: words(access.keeper_actor(user, shop)))
    assert asked == special.get(name, ACTS[name])


@pytest.mark.parametrize("name", PEOPLE)
def test_who_may_set_what_a_shop_promises(world: World, name: str) -> None:
    """The same as who edits it: form and service agree."""
    user = world.users[name]
    for code in SHOPS:
        shop = shop_of(world, code)
        actor = access.keeper_actor(user, shop.pk)
        if actor is None:
            assert not access.manages(user, shop.pk)
        elif access.manages(user, shop.pk):
            only_manager(actor)
        else:
            with pytest.raises(Forbidden):
                only_manager(actor)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", ["manager", "agent", "supervisor", "integration", ""])
def test_a_role_counts_only_for_its_kind(kind: str, role: str) -> None:
    actor = Actor(kind, "x", 1, role)
    if (kind, role) == ("merchant", "manager"):
        only_manager(actor)
        return
    with pytest.raises(Forbidden):
        only_manager(actor)


# As whom an answer was once given in lantern, and who gets it again.
AGAIN = {
    "buyer": set(PEOPLE),
    "support": {"sun", "song", "root"},
    "merchant": {"mei", "wen", "oms", "both", "off"},
    "integration": {"mei", "wen", "oms", "both", "off"},
}


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("kind", AGAIN)
def test_who_gets_an_answer_of_a_shop_again(world: World, name: str, kind: str) -> None:
    user = world.users[name]
    assert user.may_see_again(world.lantern.pk, kind) is (name in AGAIN[kind])
    assert user.may_see_again(None, kind)


def test_support_role_and_administrator_are_support(world: World) -> None:
    assert {name for name in PEOPLE if access.is_support(world.users[name])} == {"sun", "song", "root"}
    assert words(access.support_actor(world.users["root"])) == "support supervisor"
    assert ARBITER not in {word.split(" ")[0] for pair in ACTS.values() for word in pair}


def test_a_membership_is_its_own_persons(world: World) -> None:
    """What they were invited to as well; one of others is not there."""
    member = Membership.objects.get(user=world.users["new"])
    assert access.membership_for(world.users["new"], member.pk) == member
    assert list(access.invitations(world.users["new"])) == [member]
    assert list(access.invitations(world.users["both"])) == []
    assert [row.shop.code for row in access.all_memberships(world.users["both"])] == ["lantern", "harbor"]
    for name in set(PEOPLE) - {"new"}:
        with pytest.raises(NotFound):
            access.membership_for(world.users[name], member.pk)
