"""Every refusal in one shape; faults stay faults."""

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions as drf

from kernel import errors

from ..http import flatten, refusal, refusal_in, translate

QUOTE = {"order_no": "E-1", "type": "refund_only", "reason": "late", "lines": [{"line_id": 1, "quantity": 1}]}


def translated(exc: Exception) -> errors.DomainError:
    translation = translate(exc)
    assert translation is not None
    return translation


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
    answer = refusal(translated(exc))
    assert (answer.status_code, answer.data["code"]) == (status, code)
    assert answer.data["message"]
    assert isinstance(answer.data["details"], dict)


def of_the_database(pgcode: str) -> OperationalError:
    class Cause(Exception):
        pass

    exc, cause = OperationalError(), Cause()
    cause.pgcode = pgcode  # type: ignore[attr-defined]
    exc.__cause__ = cause
    return exc


OUT_OF_ITS_RANGE = of_the_database("22003")


def test_a_fault_is_no_refusal():
    assert translate(ValueError()) is None
    assert translate(OUT_OF_ITS_RANGE) is None
    assert translate(RecursionError()) is None  # only the parser of a body knows that the input is to blame


def test_a_door_gets_the_refusal_and_a_fault_goes_on():
    assert refusal_in(errors.NotFound()).http_status == 404
    with pytest.raises(OperationalError):
        refusal_in(OUT_OF_ITS_RANGE)


@pytest.mark.parametrize("pgcode", ["", "08006", "53300", "57P01"])
def test_a_database_that_is_away_is_told_with_when_to_come_back(pgcode):
    answer = refusal(translated(of_the_database(pgcode)))
    assert (answer.status_code, answer.data["code"], answer["Retry-After"]) == (503, "unavailable", "5")


def test_a_lock_that_did_not_come_is_a_conflict():
    answer = refusal(translated(of_the_database("55P03")))
    assert (answer.status_code, answer["Retry-After"]) == (409, "1")


def test_details():
    illegal = refusal(errors.IllegalTransition("pay", "paid", ["ship"])).data["details"]
    assert illegal == {"verb": "pay", "status": "paid", "allowed": ["ship"]}
    assert refusal(errors.NotEligible(["not_paid"])).data["details"] == {"reasons": ["not_paid"]}
    assert refusal(translated(drf.Throttled(3)))["Retry-After"] == "4"


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


class TestDoors:
    """Bad input answers in JSON, whatever it is."""

    def test_a_body_that_is_no_json(self, api):
        answer = api("oms").post("/api/v1/orders/", b"{", content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")

    @pytest.mark.parametrize("body", [b"NaN", b'{"a":Infinity}', b"1" * 5000, b"[" * 5000, b"\xff\xfe", b""])
    def test_odd_bodies(self, api, body):
        assert api("oms").post("/api/v1/orders/", body, content_type="application/json").status_code == 400

    @pytest.mark.parametrize("depth", [100, 900, 990, 1000, 5000, 100_000])
    def test_a_body_that_is_nested(self, api, depth):
        for opens, closes in (("[", "]"), ('{"lines":', "}")):
            body = opens * depth + "1" + closes * depth
            answer = api("oms").post("/api/v1/orders/", body, content_type="application/json")
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), (opens, depth)

    @pytest.mark.parametrize("fault", [RecursionError(), KeyError("x"), ValueError("x"), LookupError("x")])
    @pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "k"}])
    def test_a_fault_of_ours_is_no_bad_request(self, api, monkeypatch, fault, key):
        def broken(*args: object, **kwargs: object) -> None:
            raise fault

        monkeypatch.setattr("aftersales.api.tickets.order_for", broken)
        client = api("alice")
        client.raise_request_exception = False
        answer = client.post("/api/v1/tickets/quote/", QUOTE, content_type="application/json", headers=key)
        assert (answer.status_code, answer.json()["code"]) == (500, "fault")

    def test_a_refusal_leaves_nothing_of_what_was_written_before_it(self, api, world, monkeypatch):
        def half(*args: object, **kwargs: object) -> None:
            get_user_model().objects.create(username="half")
            raise errors.Unprocessable("no")

        monkeypatch.setattr("aftersales.api.tickets.order_for", half)
        for replayed in (None, "true"):
            answer = api("alice").post(
                "/api/v1/tickets/quote/", QUOTE, content_type="application/json", headers={"Idempotency-Key": "k"}
            )
            assert (answer.status_code, answer.headers.get("Idempotency-Replayed")) == (422, replayed)
        assert not get_user_model().objects.filter(username="half").exists()

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
