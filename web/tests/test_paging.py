"""Keyset paging: nothing twice, nothing lost, the same cost on every page."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from kernel.errors import Invalid
from kernel.models import History
from tests.world import NOW

from ..paging import KeysetPagination


class Newest(KeysetPagination):
    field = "at"


class Oldest(Newest):
    newest_first = False


def make(*seconds: int) -> None:
    History.objects.bulk_create(
        History(
            shop_id=1,
            machine="x",
            object_id=1,
            action=str(index),
            target="t",
            actor_kind="clock",
            actor_name="c",
            at=NOW + timedelta(seconds=second),
        )
        for index, second in enumerate(seconds)
    )


def page(url: str, pages: type[KeysetPagination] = Newest) -> dict:
    paginator = pages()
    rows = paginator.paginate_queryset(History.objects.all(), Request(APIRequestFactory().get(url)))
    return paginator.get_paginated_response([int(row.action) for row in rows]).data


def walk(url: str, pages: type[KeysetPagination], key: str = "next") -> tuple[list[int], dict]:
    seen: list[int] = []
    answer = page(url, pages)
    while True:
        seen = seen + answer["results"] if key == "next" else answer["results"] + seen
        if not answer[key]:
            return seen, answer
        answer = page(answer[key], pages)


@pytest.mark.parametrize(("pages", "expected"), [(Newest, [5, 4, 3, 2, 1, 0, 6]), (Oldest, [6, 0, 1, 2, 3, 4, 5])])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_there_and_back_over_ties(db, pages, expected, size):
    make(1, 1, 1, 2, 2, 3, 0)
    forward, last = walk(f"/?page_size={size}", pages)
    assert forward == expected
    if last["previous"]:
        backward, first = walk(last["previous"], pages, "previous")
        assert backward + last["results"] == expected
        assert first["previous"] is None
        assert first["next"]


def test_rows_that_come_in_meanwhile_shift_nothing(db):
    make(1, 2, 3, 4)
    first = page("/?page_size=2")
    make(5, 6)
    assert first["results"] + page(first["next"])["results"] == [3, 2, 1, 0]


def test_an_empty_list(db):
    assert page("/") == {"next": None, "previous": None, "results": []}


def test_a_deep_page_reads_from_where_it_stands(db):
    make(*range(60))
    answer = page("/?page_size=2")
    for _ in range(20):
        answer = page(answer["next"])
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page(answer["next"])
    assert len(queries) == 1
    assert "OFFSET" not in queries[0]["sql"]


def test_other_parameters_stay_in_the_links(db):
    make(1, 2)
    assert "status=open" in page("/?page_size=1&status=open")["next"]


def test_sizes(db):
    make(*range(130))
    assert len(page("/")["results"]) == 20
    assert len(page("/?page_size=1000")["results"]) == 100


@pytest.mark.parametrize("size", ["0", "-1", "x", "1.5", "²", "１", " 1"])
def test_bad_sizes(db, size):
    with pytest.raises(Invalid):
        page(f"/?page_size={size}")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "e30=",
        "W10=",
        "bnVsbA==",
        "WzEsMiwzXQ==",
        "%ff",
        "W2ZhbHNlLCAiMjAyNi0wMS0wMSIsIDFd",
        "WyIiLCAiMjAyNi0wMS0wMVQwMDowMDowMFoiLCAtMV0=",
        "WyIiLCAiMjAyNi0wMS0wMVQwMDowMDowMFoiLCAxZTk5OV0=",
        "WwAiXQ==",
        "=" * 50,
    ],
)
def test_bad_cursors(db, cursor):
    with pytest.raises(Invalid):
        page(f"/?cursor={cursor}")
