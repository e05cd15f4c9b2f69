"""Who a user is towards a row."""

from decimal import Decimal

import pytest

from accounts.access import actor_for, visible
from accounts.models import Membership, Role, Shop


def who(world, name: str, buyer: str = "alice") -> tuple[str, str] | None:
    actor = actor_for(world.users[name], shop_id=world.lantern.pk, buyer_id=world.users[buyer].pk)
    return (actor.kind, actor.role) if actor else None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("alice", ("buyer", "")),
        ("bob", None),
        ("eve", None),
        ("mei", ("merchant", "manager")),
        ("wen", ("merchant", "agent")),
        ("rui", None),
        ("oms", ("integration", "integration")),
        ("sun", ("support", "agent")),
        ("song", ("support", "supervisor")),
    ],
)
def test_on_an_order_of_alice_in_lantern(world, name, expected):
    assert who(world, name) == expected


def test_who_sells_and_buys_is_the_buyer_of_their_own_order(world):
    assert who(world, "mei", buyer="mei") == ("buyer", "")


def test_the_limit_of_an_agent(world):
    assert world.actor("wen").limit == Decimal(200)
    assert world.actor("mei").limit is None


def test_the_limit_of_a_manager_does_not_count(world):
    Membership.objects.filter(user=world.mei).update(review_limit=1)
    assert Membership.objects.get(user=world.mei).role == Role.MANAGER
    assert world.actor("mei").limit is None


def test_one_query_a_request_for_the_memberships(world, django_assert_num_queries):
    with django_assert_num_queries(1):
        who(world, "mei")
        visible(world.mei)
        visible(world.mei)


def test_nobody_sees_nothing(world):
    from django.contrib.auth.models import AnonymousUser

    world.alice.is_active = False
    for user in (AnonymousUser(), world.alice):
        assert not Shop.objects.filter(visible(user, shop="pk", buyer="pk")).exists()
