"""What a caller gets where no view answers, who guesses passwords, who asks too often."""

import time
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, TooManyFieldsSent
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from web.api.throttles import Throttle
from web.limits import lockout

from .. import errors


@pytest.mark.parametrize("path", ["/api/v1/nothing/", "/api/", "/notify/nobody/"])
@pytest.mark.django_db
def test_programs_get_json_for_what_is_not_there(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"
    assert answer.json()["details"] == {}


@pytest.mark.parametrize("path", ["/api/v1/nothing/", "/api/v1/orders", "/api", "/notify/nobody/", "/metrics"])
def test_with_debug_on_too(client: Client, path: str, settings: Any) -> None:
    """Django draws a page of its own then, and for a POST without the last slash a fault."""
    settings.DEBUG = True
    for answer in (client.get(path), client.post(path)):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (RuntimeError("secret"), 500),
        (Http404("secret"), 404),
        (PermissionDenied("secret"), 403),
        (TooManyFieldsSent("secret"), 400),
    ],
)
def test_no_stack_trace_with_debug_on(
    rf: RequestFactory, settings: Any, fault: Exception, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DEBUG = True
    answer = errors.ErrorAnswers(lambda _: HttpResponse()).process_exception(rf.get("/api/v1/orders/"), fault)
    assert answer is not None
    assert answer.status_code == status
    assert b"secret" not in answer.content  # type: ignore[attr-defined]
    assert bool(caplog.records) == (status == 500)


def test_programs_get_json_for_a_fault_of_ours(rf: RequestFactory) -> None:
    answer = errors.server_error(rf.get("/api/v1/orders/"))
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.django_db
def test_schema_and_docs_are_open_and_come_from_here(client: Client) -> None:
    assert client.get("/api/v1/schema/").status_code == 200
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200
    assert "//cdn" not in page.content.decode()
    assert "<script>" not in page.content.decode(), "inline scripts are stopped by the policy"
    assert "<style" not in page.content.decode(), "inline styles are stopped by the policy"
    assert "/api_docs." in page.content.decode()
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


class TestLockout:
    def test_api_and_pages(self, rf: RequestFactory) -> None:
        program = lockout.locked_out(rf.post("/api/v1/auth/token/"))
        assert (program.status_code, program.headers["Retry-After"]) == (429, "900")
        assert b'"code": "throttled"' in program.content

    def test_an_address_that_the_caller_claims_is_not_read(self, rf: RequestFactory, settings: Any) -> None:
        request = rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="1.1.1.1, 2.2.2.2")
        assert lockout.client_ip(request) == "10.0.0.1"
        settings.NUM_PROXIES = 1
        assert lockout.client_ip(request) == "2.2.2.2"


class TestThrottle:
    @pytest.fixture(autouse=True)
    def _two_a_minute(self, monkeypatch: pytest.MonkeyPatch) -> None:
        cache.clear()
        monkeypatch.setattr(Throttle, "THROTTLE_RATES", {"anon": "2/min", "user": None, "login": "1/min"})
        monkeypatch.setattr(time, "time", lambda: 1_800_000_000.0)

    @staticmethod
    def ask(scope: str = "", address: str = "10.0.0.1") -> bool:
        view = APIView()
        if scope:
            view.throttle_scope = scope  # type: ignore[attr-defined]
        request = Request(RequestFactory().get("/", REMOTE_ADDR=address))
        return Throttle().allow_request(request, view)

    def test_counts_a_caller_and_a_scope(self) -> None:
        assert [self.ask(), self.ask(), self.ask()] == [True, True, False]
        assert self.ask(address="10.0.0.2")
        assert [self.ask("login"), self.ask("login")] == [True, False]

    def test_a_new_window_starts_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert [self.ask(), self.ask(), self.ask()] == [True, True, False]
        monkeypatch.setattr(time, "time", lambda: 1_800_000_060.0)
        assert self.ask()

    def test_no_rate_is_no_limit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Throttle, "THROTTLE_RATES", {"anon": None})
        assert all(self.ask() for _ in range(20))

    def test_a_dead_cache_costs_the_limit_and_not_the_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(cache, "add", lambda *_: 1 / 0)
        assert [self.ask(), self.ask(), self.ask()] == [True, True, True]


def test_make_run_stands_above_a_hundred_requests_a_second() -> None:
    requests, seconds = Throttle().parse_rate(str(api_settings.DEFAULT_THROTTLE_RATES["user"]))
    assert requests is not None
    assert seconds is not None
    assert requests / seconds >= 100
