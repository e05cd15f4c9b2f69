"""What people get where no view answers: a page of ours that says what to do next, with DEBUG on too."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import OperationalError, connection
from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.test import Client, RequestFactory
from django.urls import reverse

from config import errors
from kernel.errors import Conflict, DomainError, Forbidden, NotFound, TooLarge
from tests.browser import Sit, text
from tests.world import World

CSP = "Content-Security-Policy"
pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Client:
    return Client(headers={"accept-language": "en"})


def in_the_view(rf: RequestFactory, fault: Exception) -> Any:
    return errors.ErrorAnswers(lambda _: HttpResponse()).process_exception(rf.get("/orders/"), fault)


def too_many(wait: int) -> DomainError:
    error = DomainError("Too many.", details={"retry_after": wait})
    error.http_status = 429
    return error


@pytest.mark.parametrize("debug", [True, False])
class TestNoSuchAddress:
    def test_is_told_in_the_design(self, people: Client, settings: Any, debug: bool) -> None:
        settings.DEBUG = debug
        answer = people.get("/no/such/page/")
        assert answer.status_code == 404
        assert "<h1>Page not found</h1>" in text(answer)
        assert "Using the URLconf" not in text(answer)
        assert reverse("login") in text(answer)
        assert "default-src 'none'" in answer.headers[CSP]

    def test_a_missing_slash_is_forgiven(self, people: Client, settings: Any, debug: bool) -> None:
        settings.DEBUG = debug
        assert people.get("/help").headers["Location"] == "/help/"

    def test_a_row_that_is_not_there(self, sit: Sit, settings: Any, debug: bool) -> None:
        settings.DEBUG = debug
        answer = sit("alice").get("/orders/E-0/")
        assert answer.status_code == 404
        assert 'href="/tickets/"' in text(answer)

    def test_who_works_at_the_desk_is_led_there(self, sit: Sit, settings: Any, debug: bool) -> None:
        settings.DEBUG = debug
        page = text(sit("mei").get("/no/such/page/"))
        assert 'class="as-btn as-btn--p" href="/admin/"' in page
        assert 'href="/admin/"' not in text(sit("alice").get("/no/such/page/"))

    def test_nor_one_of_the_desk(self, sit: Sit, settings: Any, debug: bool) -> None:
        settings.DEBUG = debug
        answer = sit("alice").get("/admin/")
        assert (answer.status_code, "<h1>Page not found</h1>" in text(answer)) == (404, True)


@pytest.mark.parametrize(
    ("fault", "status", "says"),
    [
        (Http404("secret"), 404, "Page not found"),
        (NotFound("secret"), 404, "Page not found"),
        (PermissionDenied("secret"), 403, "You don't have access to this page"),
        (Forbidden("secret"), 403, "You don't have access to this page"),
        (TooManyFieldsSent("secret"), 400, "Something went wrong"),
        (RequestDataTooBig("secret"), 413, "That's too large"),
        (TooLarge("The picture is larger than 8 MB."), 413, "larger than 8 MB"),
        (Conflict("Somebody was faster."), 409, "Somebody was faster."),
        (too_many(40), 429, "Wait 40 seconds, then"),
        (too_many(900), 429, "Wait 15 minutes, then"),
        (too_many(901), 429, "Wait 16 minutes, then"),
    ],
)
def test_what_a_view_raises(rf: RequestFactory, fault: Exception, status: int, says: str) -> None:
    answer = in_the_view(rf, fault)
    assert answer.status_code == status
    assert says in text(answer)
    assert "secret" not in text(answer)
    assert text(answer).count("<h1") == 1


def test_a_wait_is_told_to_programs_too(rf: RequestFactory) -> None:
    assert in_the_view(rf, too_many(40))["Retry-After"] == "40"
    assert not in_the_view(rf, Conflict()).has_header("Retry-After")


def test_a_fault_of_ours_is_left_to_django(rf: RequestFactory) -> None:
    assert in_the_view(rf, RuntimeError("secret")) is None


@pytest.mark.parametrize("debug", [True, False])
class TestFormsNobodyCanRead:
    """The CSRF middleware is the first to read them: without ours Django would answer in its own way."""

    def test_too_many_fields(self, people: Client, settings: Any, debug: bool) -> None:
        settings.DEBUG, settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = debug, 2
        answer = people.post("/login/", {"a": 1, "b": 2, "c": 3})
        assert (answer.status_code, "We couldn't read that request" in text(answer)) == (400, True)

    def test_too_large(self, people: Client, settings: Any, debug: bool) -> None:
        settings.DEBUG, settings.DATA_UPLOAD_MAX_MEMORY_SIZE = debug, 10
        for sent in (
            {"data": "username=alice-and-bob", "content_type": "application/x-www-form-urlencoded"},
            {"data": {"username": "x" * 20}},
        ):
            answer = people.post("/login/", **sent)
            assert (answer.status_code, "That's too large" in text(answer)) == (413, True)

    def test_no_boundary(self, people: Client, settings: Any, debug: bool) -> None:
        settings.DEBUG = debug
        assert people.post("/login/", data=b"x", content_type="multipart/form-data").status_code == 400

    def test_programs_get_json(self, people: Client, settings: Any, debug: bool) -> None:
        settings.DEBUG, settings.DATA_UPLOAD_MAX_MEMORY_SIZE = debug, 10
        answer = people.post("/api/v1/auth/token/", data=b"x" * 20, content_type="application/json")
        assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(("path", "above"), [("/theme/", "/"), ("/logout/", "/")])
def test_an_address_that_only_a_button_may_call(people: Client, path: str, above: str) -> None:
    answer = people.get(path)
    assert (answer.status_code, "POST" in answer.headers["Allow"]) == (405, True)
    assert "<h1>Use the button on the page</h1>" in text(answer)
    assert f'href="{above}"' in text(answer)


def test_the_page_that_a_step_belongs_to(rf: RequestFactory) -> None:
    chain = errors.ErrorAnswers(lambda _: HttpResponseNotAllowed(["POST"]))
    assert 'href="/tickets/AS1/"' in text(chain(rf.get("/tickets/AS1/withdraw/")))
    answer = chain(rf.get("/api/v1/tickets/AS1/withdraw/"))
    assert isinstance(answer, HttpResponseNotAllowed)
    assert answer.content == b""


def test_too_many_files(rf: RequestFactory) -> None:
    answer = errors.bad_request(rf.post("/orders/"), TooManyFilesSent())
    assert answer.status_code == 400


class TestCsrf:
    @pytest.fixture
    def strict(self) -> Client:
        return Client(enforce_csrf_checks=True, headers={"accept-language": "en"})

    def test_the_page_is_to_be_opened_again(self, strict: Client) -> None:
        answer = strict.post("/login/?next=/help/", {}, headers={"referer": "http://testserver/login/?next=/help/"})
        assert answer.status_code == 403
        assert "<h1>This page has expired</h1>" in text(answer)
        assert 'href="/login/?next=/help/"' in text(answer)

    @pytest.mark.parametrize("came", ["", "https://elsewhere.example/x/", "javascript:alert(1)"])
    def test_a_stranger_is_no_way_back(self, strict: Client, came: str) -> None:
        answer = strict.post("/login/", {}, headers={"referer": came} if came else {})
        assert answer.status_code == 403
        assert 'class="as-btn as-btn--p" href="/"' in text(answer)
        assert "elsewhere" not in text(answer)


class TestFaults:
    def test_in_both_languages_and_without_a_database(self, rf: RequestFactory) -> None:
        with connection.execute_wrapper(lambda *_: (_ for _ in ()).throw(OperationalError("down"))):
            answer = errors.server_error(rf.get("/orders/"))
        assert answer.status_code == 500
        assert "Something went wrong on our side" in text(answer)
        assert "系统出了点问题" in text(answer)
        assert "/static/site.css" in text(answer)

    def test_through_the_whole_chain(self, world: World, sit: Sit, monkeypatch: pytest.MonkeyPatch) -> None:
        client = sit("alice")
        client.raise_request_exception = False
        monkeypatch.setattr("storefront.views.orders.my_order", lambda *_: 1 / 0)
        answer = client.get("/orders/E-1/")
        assert (answer.status_code, "Something went wrong" in text(answer)) == (500, True)
        assert "default-src 'none'" in answer.headers[CSP]


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "405", "413", "429", "lockout"])
def test_every_page_names_a_next_step(rf: RequestFactory, name: str) -> None:
    from django.template.loader import render_to_string

    drawn = render_to_string(f"{name}.html", {"back": "/", "above": "/"}, request=rf.get("/"))
    assert 'class="as-btn' in drawn
    assert "<title>" in drawn
