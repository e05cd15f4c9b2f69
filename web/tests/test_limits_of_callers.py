"""Who is counted, for how long, and where a request came from."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.test import RequestFactory
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.test import force_authenticate
from rest_framework.views import APIView

from web.api.parsers import JsonParser
from web.api.throttles import Throttle
from web.limits import lockout

User = get_user_model()
START = 1_800_000_000.0  # the first second of a minute, of an hour and of a day (UTC)


class TestThrottle:
    @pytest.fixture(autouse=True)
    def _rates(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        rates = {"anon": "1/min", "user": "2/min", "login": "1/hour"}
        monkeypatch.setattr(Throttle, "THROTTLE_RATES", rates)
        cache.clear()
        yield
        cache.clear()

    @staticmethod
    def ask(
        monkeypatch: pytest.MonkeyPatch, at: float = START, *, user: int = 0, scope: str = "", address: str = "10.0.0.1"
    ) -> Throttle | None:
        """None: it is allowed; else the throttle that refused."""
        monkeypatch.setattr(time, "time", lambda: at)
        plain = RequestFactory().get("/", REMOTE_ADDR=address)
        force_authenticate(plain, User(pk=user) if user else AnonymousUser())
        view = APIView()
        view.throttle_scope = scope  # type: ignore[attr-defined]
        throttle = Throttle()
        return None if throttle.allow_request(Request(plain, authenticators=()), view) else throttle

    def test_a_login_is_counted_whatever_the_address(self, monkeypatch: pytest.MonkeyPatch) -> None:
        allowed = [self.ask(monkeypatch, user=1, address=f"10.0.0.{n}") is None for n in range(3)]
        assert allowed == [True, True, False]
        assert self.ask(monkeypatch, user=2, address="10.0.0.2") is None

    def test_a_login_and_its_address_are_counted_apart(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.ask(monkeypatch) is None
        assert self.ask(monkeypatch) is not None
        assert self.ask(monkeypatch, user=1) is None

    def test_the_scope_of_the_view_comes_before_the_login(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.ask(monkeypatch, user=1, scope="login") is None
        assert self.ask(monkeypatch, user=1, scope="login") is not None
        assert self.ask(monkeypatch, user=1) is None

    @pytest.mark.parametrize(("seconds", "again"), [(0, False), (59.9, False), (60, True), (60.1, True)])
    def test_the_window_ends_on_time(self, monkeypatch: pytest.MonkeyPatch, seconds: float, again: bool) -> None:
        assert self.ask(monkeypatch) is None
        assert (self.ask(monkeypatch, START + seconds) is None) is again

    def test_a_window_is_of_the_clock_and_not_of_the_first_request(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.ask(monkeypatch, START + 59) is None
        assert self.ask(monkeypatch, START + 60) is None
        assert self.ask(monkeypatch, START + 119) is not None

    @pytest.mark.parametrize(
        ("scope", "seconds", "wait"), [("", 0, 60), ("", 45, 15), ("", 59, 1), ("login", 45, 3555), ("login", 3599, 1)]
    )
    def test_the_wait_is_what_is_left_of_the_window(
        self, monkeypatch: pytest.MonkeyPatch, scope: str, seconds: int, wait: int
    ) -> None:
        self.ask(monkeypatch, START + seconds, scope=scope)
        refused = self.ask(monkeypatch, START + seconds, scope=scope)
        assert refused is not None
        assert refused.wait() == wait

    def test_a_counter_that_goes_away_meanwhile_refuses_nobody(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """`incr` raises where the window has just ended."""
        assert self.ask(monkeypatch) is None

        def gone(key: str) -> int:
            raise ValueError(key)

        monkeypatch.setattr(cache, "incr", gone)
        assert self.ask(monkeypatch) is None


HOPS = "6.6.6.6, 7.7.7.7 ,8.8.8.8"


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, HOPS, "10.0.0.1"), (1, HOPS, "8.8.8.8"), (2, HOPS, "7.7.7.7"), (3, HOPS, "6.6.6.6"), (4, HOPS, "6.6.6.6"),
        (1, "8.8.8.8", "8.8.8.8"), (2, "8.8.8.8", "8.8.8.8"), (1, "", "10.0.0.1"), (1, " , ,", "10.0.0.1"),
        (1, "7.7.7.7,,8.8.8.8,", "8.8.8.8"), (2, "7.7.7.7,,8.8.8.8", "7.7.7.7"),
    ],
)  # fmt: skip
def test_the_address_is_the_one_that_our_outermost_proxy_saw(
    rf: RequestFactory, settings: Any, proxies: int, header: str, address: str
) -> None:
    settings.NUM_PROXIES = proxies
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=header)
    assert lockout.client_ip(request) == address


@pytest.mark.parametrize(("proxies", "header"), [(1, HOPS), (2, HOPS), (3, HOPS), (4, HOPS), (1, "8.8.8.8")])
def test_logins_and_requests_are_counted_by_the_same_address(
    rf: RequestFactory, settings: Any, monkeypatch: pytest.MonkeyPatch, proxies: int, header: str
) -> None:
    settings.NUM_PROXIES = proxies
    monkeypatch.setattr(api_settings, "NUM_PROXIES", proxies)
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=header)
    assert Throttle().get_ident(Request(request)) == lockout.client_ip(request)


@pytest.mark.parametrize(("seconds", "minutes"), [(60, 1), (119, 1), (120, 2), (900, 15)])
def test_the_wait_after_too_many_logins(rf: RequestFactory, settings: Any, seconds: int, minutes: int) -> None:
    settings.AXES_COOLOFF_TIME = timedelta(seconds=seconds)
    answer = lockout.locked_out(rf.post("/api/v1/auth/token/"))
    body = json.loads(answer.content)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, str(seconds))
    assert body["details"] == {"retry_after": seconds}
    assert f"Wait {minutes} minutes" in body["message"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "is_json"),
    [("/api/v1/auth/token/", True), ("/api/", True), ("/api", False), ("/apis/", False), ("/login/", False),
     ("/shop/api/", False)],
)  # fmt: skip
def test_programs_get_json_and_people_a_page(rf: RequestFactory, path: str, is_json: bool) -> None:
    request = rf.post(path)
    request.user = AnonymousUser()
    answer = lockout.locked_out(request)
    assert answer.status_code == 429
    assert (answer.headers["Content-Type"] == "application/json") is is_json
    assert (b"<h1>" in answer.content) is not is_json


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ("[", "")])
def test_a_body_of_too_many_levels_is_an_input_that_is_refused(opening: str, closing: str) -> None:
    inner = "1" if closing else ""
    with pytest.raises(ParseError):
        JsonParser().parse(BytesIO(f"{opening * 200_000}{inner}{closing * 200_000}".encode()))


def test_what_is_nested_a_little_is_read() -> None:
    body: Any = JsonParser().parse(BytesIO(b"[" * 50 + b"1" + b"]" * 50))
    for _ in range(50):
        [body] = body
    assert body == 1


@pytest.mark.parametrize("body", [b"", b"NaN", b"Infinity", b"[1,]", b"{'a': 1}", b"\xff", b"1 2"])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(ParseError):
        JsonParser().parse(BytesIO(body))
