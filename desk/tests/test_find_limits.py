"""What the box for numbers answers at its limits: how long a text, how many hits, whose."""

import pytest

from accounts.models import User
from orders.models import Payment
from tests.world import DAY, NOW, World

from ..find.hits import KINDS, MAX_BUYERS, MAX_HITS, MAX_LENGTH, MIN_PREFIX, Hit, hits, tidy
from ..find.views import grouped


def numbers(user: User, text: str) -> list[tuple[str, str]]:
    return [(hit.kind, hit.number) for hit in hits(user, text)]


@pytest.mark.parametrize(
    ("typed", "text"),
    [("E-1", "E-1"), (" E-1\t", "E-1"), ("E\0-\u200b1\u2028", "E-1"), ("灯 大", "灯 大"), ("\n", ""), ("", "")],
)
def test_what_cannot_be_seen_is_not_searched_for(typed: str, text: str) -> None:
    assert tidy(typed) == text


@pytest.mark.parametrize(("length", "found"), [(MIN_PREFIX - 1, False), (MIN_PREFIX, True), (MIN_PREFIX + 1, True)])
def test_a_beginning_has_three_characters(world: World, length: int, found: bool) -> None:
    world.place_order(order_no="XYZUV")
    assert numbers(world.mei, "XYZUV"[:length]) == ([("order", "XYZUV")] if found else [])


def test_a_whole_number_may_be_shorter(world: World) -> None:
    world.place_order(order_no="X1")
    assert numbers(world.mei, "x1") == [("order", "X1")]


@pytest.mark.parametrize(("length", "found"), [(MAX_LENGTH - 1, True), (MAX_LENGTH, True), (MAX_LENGTH + 1, False)])
def test_a_text_is_no_longer_than_a_transaction_number(world: World, length: int, found: bool) -> None:
    order = world.place_order(order_no="E-L", payments=[("T" * MAX_LENGTH, "198.00")])
    Payment.objects.filter(order=order).update(transaction_no="T" * min(length, MAX_LENGTH))
    assert bool(numbers(world.mei, "T" * length)) is found


def test_kinds_come_in_their_order_and_the_newest_first(world: World) -> None:
    world.place_order(order_no="SAME-1", payments=[("SAME-9", "198.00")])
    world.place_order(order_no="SAME-2", payments=[("OTHER", "198.00")])
    assert numbers(world.mei, "SAME") == [("order", "SAME-2"), ("order", "SAME-1"), ("payment", "SAME-9")]


@pytest.mark.parametrize("typed", ["abc", "ABC", "ａｂｃ", "a bc-", "abc-1"])
def test_a_beginning_is_compared_as_numbers_are(world: World, typed: str) -> None:
    for number in ("abc-12", "AB C13", "bc-14", "ab_c15"):
        world.place_order(order_no=number)
    assert numbers(world.mei, typed) == [("order", "AB C13"), ("order", "abc-12")]


def test_an_order_of_a_buyer_who_is_called_like_its_number_is_there_once(world: World) -> None:
    world.place_order(order_no="alice-1")
    world.place_order(order_no="alice")
    assert sorted(numbers(world.mei, "alice")) == [("order", "alice"), ("order", "alice-1")]


@pytest.mark.parametrize(("count", "shown"), [(MAX_HITS - 1, MAX_HITS - 1), (MAX_HITS, MAX_HITS), (MAX_HITS + 1, 10)])
def test_no_more_than_ten_of_a_kind_and_these_the_newest(world: World, count: int, shown: int) -> None:
    for number in range(count):
        world.place_order(order_no=f"MANY-{number:02}")
    found = [number for _kind, number in numbers(world.mei, "MANY")]
    assert found == [f"MANY-{number:02}" for number in reversed(range(count))][:shown]


@pytest.mark.parametrize(("place", "found"), [(MAX_BUYERS - 1, True), (MAX_BUYERS, False)])
def test_only_the_first_twenty_buyers_of_a_beginning(world: World, place: int, found: bool) -> None:
    User.objects.bulk_create(User(username=f"zoe{number:02}") for number in range(MAX_BUYERS + 1))
    world.place_order(order_no="E-Z", buyer=f"zoe{place:02}")
    assert numbers(world.mei, "zoe") == ([("order", "E-Z")] if found else [])


def hit(kind: str, pk: int) -> Hit:
    return Hit(kind, pk, f"N{pk}", "", "alice", "Lantern", NOW - DAY)


@pytest.mark.parametrize(("count", "linked"), [(MAX_HITS - 1, False), (MAX_HITS, True)])
@pytest.mark.parametrize("kind", KINDS)
def test_a_full_kind_leads_to_its_list_and_payments_have_none(kind: str, count: int, linked: bool) -> None:
    [(label, rows, address)] = grouped([hit(kind, pk) for pk in range(count)], "N&1")
    assert (label, len(rows)) == (KINDS[kind].label, count)
    assert address.endswith("/?q=N%261") if linked and kind != "payment" else address == ""


def test_each_kind_is_a_group_of_its_own() -> None:
    found = grouped([hit("ticket", 2), hit("ticket", 1), hit("order", 2)], "N")
    assert [(str(label), [row.pk for row in rows]) for label, rows, _all in found] == [
        ("Tickets", [2, 1]),
        ("Orders", [2]),
    ]
