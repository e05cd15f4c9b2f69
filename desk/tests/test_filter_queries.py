"""How the parameters of a list are written down, and the limits of what is kept."""

import csv
import io
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.models import SavedFilter
from kernel.errors import Conflict, Invalid
from tests.browser import Sit
from tests.world import World
from web.exports import BOM, cell, csv_lines, uncell

from ..saved_filters import filters

QUICK = settings(max_examples=100, deadline=None, derandomize=True, database=None)
PAGE, KEEP = "aftersales_ticket", "/admin/filters/keep/"


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("b=2&a=1", "a=1&b=2"),
        ("a=1&a=2", "a=2"),
        ("a=&b=1", "b=1"),
        ("a=x%00y&b=1", "b=1"),
        ("a=%E7%81%AF+1", "a=%E7%81%AF+1"),
        ("a=1%262", "a=1%262"),
        ("o=-1&q=x", "o=-1&q=x"),
        ("", ""),
        *((f"{name}=1&a=1", "a=1") for name in ("p", "e", "all", "_facets", "_popup", "_to_field")),
    ],
)
def test_only_what_says_which_rows_is_written_and_always_the_same_way(asked: str, written: str) -> None:
    assert filters.without_position(QueryDict(asked)) == written


@QUICK
@given(st.permutations(["a=1", "b=2", "c=3", "o=-1", "p=4"]))
def test_the_order_of_the_parameters_does_not_matter(parts: list[str]) -> None:
    assert filters.without_position(QueryDict("&".join(parts))) == "a=1&b=2&c=3&o=-1"


def keep(sit: Sit, query: str, name: str = "Mine") -> int:
    return sit("mei").post(KEEP, {"page": PAGE, "name": name, "query": query}).status_code


@pytest.mark.parametrize(("length", "status"), [(-1, 302), (0, 302), (1, 400)])
def test_as_many_characters_as_the_column_holds(world: World, sit: Sit, length: int, status: int) -> None:
    assert keep(sit, "q=" + "x" * (SavedFilter.QUERY - 2 + length)) == status
    assert SavedFilter.objects.count() == (status == 302)


@pytest.mark.parametrize(
    ("order", "fine"),
    [("1", True), ("-1", True), ("12.-3", True), ("1.2.3", True), ("123", False), ("--1", False), ("1.", False),
     ("+1", False), ("a", False), ("1,2", False)],
)  # fmt: skip
def test_an_order_is_columns_by_their_numbers(world: World, sit: Sit, order: str, fine: bool) -> None:
    assert keep(sit, urlencode({"q": "x", "o": order})) == (302 if fine else 400)


@pytest.mark.parametrize(("length", "fine"), [(0, False), (1, True), (39, True), (40, True), (41, False)])
def test_a_name_has_up_to_forty_characters(world: World, length: int, fine: bool) -> None:
    name = "灯" * length
    if fine:
        assert str(filters.save(world.mei, PAGE, name=f"  {name} ", query="q=1")) == name
    else:
        with pytest.raises(Invalid):
            filters.save(world.mei, PAGE, name=name, query="q=1")


def test_twenty_are_counted_for_each_person_and_each_list(world: World) -> None:
    for n in range(filters.MAX_FILTERS - 1):
        filters.save(world.mei, PAGE, name=f"F{n}", query="q=1")
    filters.save(world.mei, PAGE, name="the twentieth", query="q=1")
    with pytest.raises(Conflict, match="You can save up to 20 filters per list"):
        filters.save(world.mei, PAGE, name="one more", query="q=1")
    filters.save(world.wen, PAGE, name="one more", query="q=1")
    filters.delete(world.mei, str(SavedFilter.objects.get(name="F0").pk))
    filters.save(world.mei, PAGE, name="one more", query="q=1")
    assert filters.saved(world.mei, PAGE).count() == filters.MAX_FILTERS
    assert [row.name for row in filters.saved(world.wen, PAGE)] == ["one more"]


def test_one_name_on_two_lists_and_of_two_people_is_four_filters(world: World) -> None:
    for user in (world.mei, world.wen):
        for page in (PAGE, "orders_order"):
            filters.save(user, page, name="Same", query=f"q={user}-{page}")
    assert SavedFilter.objects.count() == 4
    assert filters.saved(world.wen, "orders_order").get().query == "q=wen-orders_order"


# --- tables to take along ----------------------------------------------------------------------------------

SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
OPENS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


@QUICK
@given(st.text())
def test_no_cell_of_text_begins_like_a_formula(text: str) -> None:
    written = cell(text)
    if written == f'="{text}"':
        assert set(text) <= set("0123456789eE+-./,")  # a number that stays as it is
        return
    assert not written.startswith(OPENS)
    assert written.replace("'", "") == text.replace("'", "")
    assert (written == text) is not (
        text.startswith(OPENS) or any(part.lstrip().startswith(SIGNS) for part in text.split(";")[1:])
    )


@QUICK
@given(st.text(alphabet=st.characters(blacklist_characters="'", blacklist_categories=["Cs"])))
def test_what_comes_back_is_what_was_written(text: str) -> None:
    assert uncell(cell(text)) == text.strip()


@QUICK
@given(st.lists(st.lists(st.text(alphabet="a,\"'\n 灯=", max_size=5), min_size=2, max_size=2), max_size=4))
def test_every_cell_is_read_back_from_its_place(rows: list[list[str]]) -> None:
    text = "".join(csv_lines(["no", "=title"], rows))
    assert text.startswith(BOM)
    found = list(csv.reader(io.StringIO(text.removeprefix(BOM), newline="")))
    assert found == [["no", "'=title"], *([cell(value) for value in row] for row in rows)]


def test_the_mark_of_the_encoding_is_there_once() -> None:
    assert [line.count(BOM) for line in csv_lines(["a"], [["b"], ["c"]])] == [1, 0, 0]
