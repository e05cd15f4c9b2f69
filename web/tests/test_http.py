"""Every refusal in one shape; faults stay faults."""

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponseBase
from django.test import RequestFactory
from rest_framework import exceptions as drf

from kernel import errors

from ..http import flatten, page_refusals, refusal, refusal_in, translate


@pytest.mark.parametrize(
    ("exc", "status", "code"),
    [
        (errors.Invalid(), 400, "invalid"),
        (errors.Forbidden(), 403, "forbidden"),
        (errors.NotFound(), 404, "not_found"),
        (errors.Conflict(), 409, "conflict"),
        (errors.Conflict(code="open_ticket"), 409, "open_ticket"),
        (errors.OverRefund(), 409, "over_refund"),
        (errors.NeedsConfirmation(), 409, "needs_confirmation"),
        (errors.IllegalTransition("pay", "paid", ["ship"]), 409, "illegal_transition"),
        (errors.NotEligible(["window_closed"]), 422, "not_eligible"),
        (errors.AmountExceeded(), 422, "amount_exceeded"),
        (errors.TooLarge(), 413, "too_large"),
        (errors.UnsupportedMedia(), 415, "unsupported_media"),
        (drf.ValidationError({"a": ["b"]}), 400, "invalid"),
        (drf.ParseError(), 400, "invalid"),
        (drf.NotAuthenticated(), 401, "unauthenticated"),
        (drf.AuthenticationFailed(), 401, "unauthenticated"),
        (drf.PermissionDenied(), 403, "forbidden"),
        (PermissionDenied(), 403, "forbidden"),
        (Http404(), 404, "not_found"),
        (drf.NotFound(), 404, "not_found"),
        (drf.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (drf.NotAcceptable(), 406, "not_acceptable"),
        (RequestDataTooBig(), 413, "too_large"),
        (drf.UnsupportedMediaType("text/xml"), 415, "unsupported_media"),
        (drf.Throttled(3), 429, "throttled"),
    ],
)
def test_refusals(exc, status, code):
    answer = refusal(translate(exc))
    assert (answer.status_code, answer.data["code"]) == (status, code)
    assert answer.data["message"]
    assert isinstance(answer.data["details"], dict)


def test_a_fault_is_no_refusal():
    assert translate(ValueError()) is None
    assert translate(OperationalError()) is None


def test_a_door_gets_the_refusal_and_a_fault_goes_on():
    assert refusal_in(errors.NotFound()).http_status == 404
    with pytest.raises(OperationalError):
        refusal_in(OperationalError())


def test_a_lock_that_did_not_come_is_a_conflict():
    class LockTimeout(Exception):
        pgcode = "55P03"

    exc = OperationalError()
    exc.__cause__ = LockTimeout()
    answer = refusal(translate(exc))
    assert (answer.status_code, answer["Retry-After"]) == (409, "1")


def test_details():
    illegal = refusal(errors.IllegalTransition("pay", "paid", ["ship"])).data["details"]
    assert illegal == {"verb": "pay", "status": "paid", "allowed": ["ship"]}
    assert refusal(errors.NotEligible(["not_paid"])).data["details"] == {"reasons": ["not_paid"]}
    assert refusal(translate(drf.Throttled(3)))["Retry-After"] == "4"


@pytest.mark.parametrize(
    ("detail", "flat"),
    [
        ({"a": ["x", "y"]}, {"a": ["x", "y"]}),
        ({"a": {"b": ["x"]}}, {"a.b": ["x"]}),
        ({"a": [{}, {"b": ["x"]}]}, {"a[1].b": ["x"]}),
        ({"a": {1: {"b": ["x"]}}}, {"a[1].b": ["x"]}),
        (["x"], {"body": ["x"]}),
        ("x", {"body": ["x"]}),
    ],
)
def test_flatten(detail, flat):
    assert flatten(detail) == flat


def ask(error: Exception) -> tuple[HttpRequest, HttpResponseBase]:
    request = RequestFactory().post("/orders/E/")
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]

    def view(request: HttpRequest) -> HttpResponseBase:
        raise error

    return request, page_refusals(view)(request)


def test_a_page_sends_the_reader_back_with_a_message():
    request, answer = ask(errors.Conflict("too late"))
    assert (answer.status_code, answer["Location"]) == (302, "/orders/E/")
    assert [str(message) for message in get_messages(request)] == ["too late"]


@pytest.mark.parametrize(("error", "raised"), [(errors.NotFound(), Http404), (errors.Forbidden(), PermissionDenied)])
def test_a_page_that_is_not_yours(error, raised):
    with pytest.raises(raised):
        ask(error)


class TestDoors:
    """Bad input answers in JSON, whatever it is."""

    def test_a_body_that_is_no_json(self, api):
        answer = api("oms").post("/api/v1/orders/", b"{", content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")

    @pytest.mark.parametrize("body", [b"NaN", b'{"a":Infinity}', b"1" * 5000, b"[" * 5000, b"\xff\xfe", b""])
    def test_odd_bodies(self, api, body):
        assert api("oms").post("/api/v1/orders/", body, content_type="application/json").status_code == 400

    @pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "k"}])
    def test_parts_without_a_boundary(self, api, key):
        answer = api("oms").post("/api/v1/orders/", b"x", content_type="multipart/form-data", headers=key)
        assert answer.status_code == (400 if key else 415)

    def test_media_and_methods(self, api):
        assert api("oms").post("/api/v1/orders/", b"x", content_type="text/xml").status_code == 415
        assert api("oms").delete("/api/v1/orders/").status_code == 405
        assert api("oms").get("/api/v1/orders/", headers={"accept": "text/html"}).status_code == 406

    def test_a_wrong_token(self, api):
        answer = api("").get("/api/v1/orders/", headers={"authorization": "Token wrong"})
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Token")

    def test_no_shared_cache_keeps_an_answer(self, api):
        assert api("alice").get("/api/v1/orders/")["Cache-Control"] == "private, no-store"

    def test_a_session_needs_csrf(self, world, client):
        client.force_login(world.alice)
        client.handler.enforce_csrf_checks = True
        assert client.get("/api/v1/orders/").status_code == 200
        answer = client.post("/api/v1/orders/", {}, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")

    def test_an_address_that_is_not_there(self, api):
        answer = api("alice").get("/api/v1/nothing/")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
