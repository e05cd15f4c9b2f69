"""What is compressed, how what is left is written, what an empty amount is, and how a list is searched."""

import gzip
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin import site
from django.contrib.auth import get_user_model
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from django.utils import timezone, translation

from web import times
from web.admin.search import PrefixSearch, spellings
from web.compression import Compressed
from web.templatetags.money import money

User = get_user_model()


def sent(answer: HttpResponseBase, accepts: str = "gzip") -> HttpResponseBase:
    request = RequestFactory().get("/", HTTP_ACCEPT_ENCODING=accepts)
    return Compressed(lambda request: answer)(request)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("kind", "compressed"),
    [
        ("text/html", True), ("text/html; charset=utf-8", True), ("text/css", True), ("text/javascript", True),
        ("image/svg+xml", True), ("application/json", False), ("text/csv", False), ("text/plain", False),
        ("image/png", False), ("image/jpeg", False), ("video/mp4", False), ("application/zip", False), ("", False),
    ],
)  # fmt: skip
def test_texts_of_pages_are_compressed(kind: str, compressed: bool) -> None:
    body = b"a" * 1000
    answer = sent(HttpResponse(body, content_type=kind or None, headers={} if kind else {"Content-Type": ""}))
    assert isinstance(answer, HttpResponse)
    assert ("Content-Encoding" in answer.headers) is compressed
    assert (gzip.decompress(answer.content) if compressed else answer.content) == body


def test_who_does_not_take_it_gets_it_plain() -> None:
    answer = sent(HttpResponse(b"a" * 1000), accepts="")
    assert isinstance(answer, HttpResponse)
    assert "Content-Encoding" not in answer.headers
    assert answer.content == b"a" * 1000
    assert answer.headers["Vary"] == "Accept-Encoding"


def test_what_is_compressed_already_is_left_alone() -> None:
    answer = sent(HttpResponse(b"a" * 1000, headers={"Content-Encoding": "br"}))
    assert isinstance(answer, HttpResponse)
    assert (answer.headers["Content-Encoding"], answer.content) == ("br", b"a" * 1000)


def test_a_streamed_style_is_compressed_and_a_streamed_table_is_not() -> None:
    for kind, compressed in [("text/css", True), ("text/csv", False)]:
        answer = sent(StreamingHttpResponse(iter([b"a" * 500, b"b" * 500]), content_type=kind))
        assert isinstance(answer, StreamingHttpResponse)
        body = b"".join(answer)
        assert (gzip.decompress(body) if compressed else body) == b"a" * 500 + b"b" * 500
        assert ("Content-Encoding" in answer.headers) is compressed


NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
MINUTE, HOUR, DAY = 60, 3600, 86_400


@pytest.fixture
def _stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.mark.usefixtures("_stopped")
class TestLeft:
    @pytest.mark.parametrize(
        ("seconds", "words"),
        [
            (-DAY, "00:00"), (-1, "00:00"), (0, "00:00"), (0.9, "00:00"), (MINUTE - 1, "00:00"), (MINUTE, "00:01"),
            (HOUR - 1, "00:59"), (HOUR, "01:00"), (DAY - 1, "23:59"), (DAY, "1 day 00:00"),
            (DAY + 6 * HOUR + 12 * MINUTE, "1 day 06:12"), (2 * DAY - 1, "1 day 23:59"), (2 * DAY, "2 days 00:00"),
            (100 * DAY + HOUR + MINUTE, "100 days 01:01"),
        ],
    )  # fmt: skip
    def test_in_days_hours_and_whole_minutes(self, seconds: float, words: str) -> None:
        assert times.left(NOW + timedelta(seconds=seconds)) == words

    def test_in_the_language_of_the_reader(self) -> None:
        with translation.override("zh-hans"):
            assert times.left(NOW + timedelta(days=2)) == "2 天 00:00"

    def test_the_moment_is_printed_in_the_time_of_the_site(self) -> None:
        printed = times.ticking(NOW + timedelta(hours=1, microseconds=5))
        assert 'datetime="2026-03-02T11:00:00+08:00"' in printed
        assert ">01:00</time>" in printed
        assert "data-countdown" in printed


@pytest.mark.parametrize(
    ("amount", "currency", "printed"),
    [
        (None, "CNY", ""), ("", "CNY", ""), (0, "CNY", "¥0.00"), ("0.00", "CNY", "¥0.00"),
        (Decimal("0.00"), "JPY", "JP¥0"),
        (Decimal("-0.01"), "CNY", "-¥0.01"), ("999.99", "CNY", "¥999.99"), ("1000", "CNY", "¥1,000.00"),
    ],
)  # fmt: skip
def test_nothing_is_not_zero(amount: Any, currency: str, printed: str) -> None:
    assert money(amount, currency) == printed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("as26", {"as26", "AS26"}), ("AS26", {"as26", "AS26"}), ("As26", {"as26", "AS26", "As26"}), ("26", {"26"}),
        ("小明", {"小明"}),
    ],
)  # fmt: skip
def test_spellings(text: str, expected: set[str]) -> None:
    assert spellings(text) == expected


class People(PrefixSearch):
    search_fields = ("username__startswith", "last_name__startswith")


class Anywhere(PrefixSearch):
    search_fields = ("username__startswith", "last_name__contains")


@pytest.mark.django_db
class TestPrefixSearch:
    @pytest.fixture(autouse=True)
    def _people(self) -> None:
        for username, last_name in [("wang", "Li"), ("WANG-2", ""), ("Wang3", "Wu"), ("li", "Wang"), ("x_y", "%")]:
            User.objects.create(username=username, last_name=last_name)

    @staticmethod
    def search(text: str, rows: Any = None) -> list[str]:
        rows = User.objects.all() if rows is None else rows
        found, duplicates = People(User, site).get_search_results(RequestFactory().get("/"), rows, text)
        assert duplicates is False
        return sorted(found.values_list("username", flat=True))

    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("wang", ["WANG-2", "wang"]), ("Wang", ["WANG-2", "Wang3", "li", "wang"]), (" wang ", ["WANG-2", "wang"]),
            ("WANG-", ["WANG-2"]), ("wang-2", ["WANG-2"]), ("ang", []), ("Li", ["li", "wang"]), ("wang li", []),
            ("_", []), ("x_", ["x_y"]), ("x%", []), ("%", ["x_y"]), ("w_ng", []), ("'", []), ("\\", []),
        ],
    )  # fmt: skip
    def test_the_whole_text_is_the_beginning_of_one_column(self, text: str, names: list[str]) -> None:
        assert self.search(text) == names

    @pytest.mark.parametrize("text", ["", "   ", "\t\n"])
    def test_nothing_typed_shows_every_row(self, text: str) -> None:
        assert len(self.search(text)) == 5

    def test_only_rows_of_the_list_are_found(self) -> None:
        assert self.search("Wang", User.objects.exclude(username="Wang3")) == ["WANG-2", "li", "wang"]
        assert self.search("Wang", User.objects.none()) == []

    def test_a_row_that_two_columns_find_is_shown_once(self) -> None:
        User.objects.create(username="zhao", last_name="Zhao")
        assert self.search("Zhao") == ["zhao"]

    def test_a_column_that_is_searched_inside_is_a_fault(self) -> None:
        with pytest.raises(TypeError, match="last_name__contains"):
            Anywhere(User, site).get_search_results(RequestFactory().get("/"), User.objects.all(), "wang")
