"""Small parts of the pages: amounts, times, masks, pictures, places."""

from datetime import timedelta
from typing import Any

import pytest
from django.template import Context, RequestContext, Template
from django.test import RequestFactory
from django.utils import timezone, translation

from accounts.models import User
from storefront.templatetags import shop
from tests.browser import laid_flat
from tests.desk import Desk
from tests.world import NOW, World
from web import times


@pytest.mark.parametrize(
    ("amount", "printed"),
    [
        ("1234.5", "¥1,234.50"), ("0", "¥0.00"), ("-0.01", "-¥0.01"), ("-1234567.89", "-¥1,234,567.89"),
        (None, ""), ("", ""), (7, "¥7.00"),
    ],
)  # fmt: skip
def test_amounts(amount: Any, printed: str) -> None:
    assert shop.money(amount, "CNY") == printed


@pytest.mark.parametrize(("amount", "zero"), [("0.00", True), ("0", True), ("0.01", False), ("1", False)])
def test_no_amount_in_any_currency(amount: str, zero: bool) -> None:
    assert shop.is_zero(amount) is zero


@pytest.mark.parametrize(
    ("seconds", "printed"),
    [
        (-1, "00:00"), (0, "00:00"), (1, "00:00"), (59, "00:00"), (60, "00:01"), (3599, "00:59"), (86_399, "23:59"),
        (86_400, "1 day 00:00"), (2 * 86_400 + 3600, "2 days 01:00"),
    ],
)  # fmt: skip
def test_what_is_left(monkeypatch: pytest.MonkeyPatch, seconds: int, printed: str) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    assert times.left(NOW + timedelta(seconds=seconds)) == printed


def test_a_countdown_can_be_ticked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    drawn = shop.countdown((NOW + timedelta(hours=2)).isoformat())
    assert drawn == '<time class="as-num" datetime="2026-03-02T12:00:00+08:00" data-countdown>02:00</time>'
    assert shop.countdown(None) == shop.countdown("") == ""


def test_when_is_shown_in_local_time() -> None:
    assert shop.when("2026-03-02T02:00:00Z") == '<time datetime="2026-03-02T10:00:00+08:00">03-02 10:00</time>'
    assert ">2026-03-02<" in shop.when(NOW, "Y-m-d")
    exact = NOW.replace(microsecond=636_931)
    assert ".636" not in shop.when(exact) + shop.countdown(exact), "HTML allows three digits of a second at most"
    assert shop.when(None) == ""
    assert shop.moment("") is None


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("/static/demo/lamp.svg", True),
        ("https://img.example.com/a.jpg", True),
        ("https://img.example.com.evil.example/a.jpg", False),
        ("https://evil.example/a.jpg", False),
        ("http://img.example.com/a.jpg", False),
        ("//evil.example/a.jpg", False),
        ("/\\evil.example/a.jpg", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_picture(settings: Any, url: str, shown: bool) -> None:
    settings.IMAGE_ORIGINS = ["https://img.example.com"]
    assert shop.picture(url) == (url if shown else "/static/no-picture.svg")


def test_icons_are_for_the_eye_only() -> None:
    assert shop.icon("clock", "s") == (
        '<svg class="as-i as-i--s" aria-hidden="true"><use href="/static/icons.svg#clock"></use></svg>'
    )


@pytest.mark.parametrize(("status", "tone"), [("pending_review", "wait"), ("rejected", "bad"), ("reshipped", "go")])
def test_tone(status: str, tone: str) -> None:
    assert shop.tone(status) == tone


class TestPlaces:
    @staticmethod
    def drawn(rf: RequestFactory, user: Any, path: str = "/") -> str:
        request = rf.get(path)
        request.user = user
        with translation.override("en"):
            template = Template('{% include "storefront/parts/places.html" with icons=True %}')
            return laid_flat(template.render(Context({"request": request})))

    @pytest.mark.parametrize(
        ("path", "here"), [("/", "/"), ("/orders/E-1/", "/orders/"), ("/tickets/", "/tickets/"), ("/help/", "/help/")]
    )
    def test_one_is_here(self, world: World, rf: RequestFactory, path: str, here: str) -> None:
        drawn = self.drawn(rf, world.alice, path)
        assert drawn.count('aria-current="page"') == 1
        assert f'href="{here}" aria-current="page"' in drawn

    def test_count_only_what_waits_for_the_buyer(self, world: World, rf: RequestFactory) -> None:
        desk = Desk(world)
        ticket = desk.apply(world.delivered())
        assert "as-dot" not in self.drawn(rf, world.alice)
        desk.approve(ticket)
        assert "waiting for you: </span>1</b>" in self.drawn(rf, world.alice)
        assert "as-dot" not in self.drawn(rf, world.bob)

    def test_are_counted_once_a_page(self, world: World, rf: RequestFactory, django_assert_num_queries: Any) -> None:
        request = rf.get("/")
        request.user = User.objects.get(username="alice")
        with django_assert_num_queries(1):
            first, second = (shop.places(RequestContext(request, {"request": request})) for _ in "ab")
            assert first == second
