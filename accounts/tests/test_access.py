"""Who a user is towards a row."""

from decimal import Decimal

import pytest

from accounts.access import actor_for, public_shop, questions, sees_several_shops, visible, works_at_a_shop
from accounts.models import Faq, Membership, Role, Shop
from kernel.errors import NotFound


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


@pytest.mark.parametrize(
    ("name", "works", "several"),
    [
        ("alice", False, False),
        ("mei", True, False),
        ("wen", True, False),
        ("oms", False, False),
        ("sun", False, True),
        ("song", False, True),
    ],
)
def test_who_works_at_a_shop_and_who_sees_several(world, name, works, several):
    user = world.users[name]
    assert (works_at_a_shop(user), sees_several_shops(user)) == (works, several)


def test_two_shops_are_several_but_a_program_has_no_desk(world):
    Membership.objects.create(user=world.users["mei"], shop=world.harbor, role=Role.AGENT, accepted_at=world.now)
    assert sees_several_shops(world.users["mei"])
    assert not sees_several_shops(world.users["oms"])


def test_questions_of_one_shop_by_word_in_its_order(world):
    for position, (shop, question, answer) in enumerate(
        [(world.lantern, "Size?", "See the chart."), (world.lantern, "Wash?", "Cold."), (world.harbor, "Size?", "–")]
    ):
        Faq.objects.create(shop=shop, question=question, answer=answer, position=9 - position)
    assert [faq.question for faq in questions(world.lantern)] == ["Wash?", "Size?"]
    assert [faq.question for faq in questions(world.lantern, "CHART")] == ["Size?"]
    assert public_shop("lantern") == world.lantern
    with pytest.raises(NotFound):
        public_shop("nowhere")
