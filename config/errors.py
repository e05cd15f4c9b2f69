"""Errors outside any view. Programs never get an HTML page; people get one that says what to do next."""

import logging
import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from accounts.access import may_enter_desk
from kernel.access import SeveralShops
from kernel.errors import DomainError
from web import request_ids
from web.http import translate

log = logging.getLogger(__name__)

# Callers under these paths are programs.
PROGRAMS = ("/api/", "/notify/", "/sandbox/", "/healthz", "/readyz", "/metrics")
# Statuses with a page of their own; any other refusal is shown on the page of 400.
PAGES = (403, 404, 405, 413, 429)


def _json(status: int, code: str, message: str, details: object = None) -> JsonResponse:
    body: dict[str, object] = {"code": code, "message": message, "details": details or {}}
    if number := request_ids.present():
        body["request_id"] = number
    return JsonResponse(body, status=status)


def _by_program(request: HttpRequest) -> bool:
    return f"{request.path}/".startswith(PROGRAMS)


def _page(request: HttpRequest, status: int, **context: Any) -> HttpResponse:
    """`desk` in the context: whether the page links to the desk, for users who work there."""
    context["desk"] = may_enter_desk(getattr(request, "user", AnonymousUser()))
    response = render(request, f"{status if status in PAGES else 400}.html", context, status=status)
    # Going back must not show an error again whose cause is gone.
    add_never_cache_headers(response)
    # django-csp sets none on a 404 with DEBUG on, because it would be Django's own page.
    response.setdefault(HEADER, build_policy())
    return response


def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The page of a refusal that no view has shown beside its form."""
    wait = error.details.get("retry_after")
    # A number that several shops have: the same page, once for each of them.
    choices = error.details["shops"] if isinstance(error, SeveralShops) else []
    words = {"message": error.message, "wait": in_words(wait) if wait else "", "choices": choices}
    response = _page(request, error.http_status, **words)
    if wait:
        response["Retry-After"] = str(wait)
    return response


def in_words(seconds: int) -> str:
    """A wait, rounded up: "40 seconds", "15 minutes"."""
    if seconds < 90:
        return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
    minutes = -(-seconds // 60)
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if _by_program(request):
        return _json(HTTPStatus.BAD_REQUEST, "invalid", _("We couldn't read your request."))
    return _page(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if _by_program(request):
        return _json(
            HTTPStatus.FORBIDDEN, "forbidden", _("You can see this, but you don't have permission to do that.")
        )
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if _by_program(request):
        return _json(HTTPStatus.NOT_FOUND, "not_found", _("Nothing was found here."))
    return _page(request, 404)


def away(request: HttpRequest, error: DomainError) -> HttpResponseBase:
    """503 with `Retry-After`. Asks nothing of the database: the page needs none, as that of a fault."""
    if _by_program(request):
        response: HttpResponseBase = _json(error.http_status, error.code, error.message, error.details)
    else:
        response = defaults.server_error(request)
        response.status_code = error.http_status
    response["Retry-After"] = str(error.details["retry_after"])
    return response


def _unavailable(fault: BaseException | None) -> DomainError | None:
    error = translate(fault) if isinstance(fault, OperationalError | InterfaceError) else None
    return error if error is not None and error.http_status == HTTPStatus.SERVICE_UNAVAILABLE else None


def server_error(request: HttpRequest) -> HttpResponseBase:
    if error := _unavailable(sys.exc_info()[1]):  # raised in a middleware: no view was asked
        return away(request, error)
    if _by_program(request):
        return _json(HTTPStatus.INTERNAL_SERVER_ERROR, "fault", _("Something went wrong on our side. Try again later."))
    return defaults.server_error(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if _by_program(request):
        return _json(HTTPStatus.FORBIDDEN, "forbidden", _("The CSRF token is missing or wrong. Reload the page."))
    return render(request, "403_csrf.html", {"back": _came_from(request)}, status=403)


def _came_from(request: HttpRequest) -> str:
    """The page of this site that the form was on, to be opened again."""
    came = request.headers.get("Referer", "")
    # Any site can send a form here: its own address must not become our link (an open redirect).
    ours = url_has_allowed_host_and_scheme(came, {request.get_host()}, require_https=request.is_secure())
    return urlsplit(came)._replace(scheme="", netloc="").geturl() if came and ours else "/"


def _not_so(request: HttpRequest, response: HttpResponseNotAllowed) -> HttpResponse:
    """The login sends a reader by GET to an address that takes only POST, such as `/tickets/AS1/withdraw/`: the page
    links to the one above it, `/tickets/AS1/`."""
    page = _page(request, 405, above=request.path.rstrip("/").rpartition("/")[0] + "/")
    page["Allow"] = response["Allow"]
    return page


# A program that posts to a wrong address gets 404, and no complaint about a token that it never had.
@csrf_exempt
def nothing_here(request: HttpRequest) -> HttpResponseBase:
    """The last address of the programs, because with DEBUG on Django draws a page where none matches."""
    return not_found(request, Http404())


class ErrorAnswers:
    """What a view raises, as JSON for programs and as a page for people: with DEBUG on, Django would show internals.
    A fault on a page is left to Django, so that a developer sees where it broke.

    Stands before the CSRF middleware, which is the first to read a form and would answer an unreadable one itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if settings.DEBUG and response.status_code == 404 and request.resolver_match is None:
            return not_found(request, Http404())  # no address matched: no view could raise
        if isinstance(response, HttpResponseNotAllowed) and not response.content and not _by_program(request):
            return _not_so(request, response)
        return response

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponseBase | None:
        if request.method != "POST" or _by_program(request):
            return None
        try:
            request.POST  # noqa: B018  (reads the form)
        except (SuspiciousOperation, MultiPartParserError) as error:
            return bad_request(request, error)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        if error := _unavailable(exception):
            log.warning("%s %s: %s", request.method, request.path, exception)
            return away(request, error)
        if not _by_program(request):
            error = translate(exception)
            return refused(request, error) if error else None
        match exception:
            case Http404():
                return not_found(request, exception)
            case PermissionDenied():
                return permission_denied(request, exception)
            case BadRequest() | SuspiciousOperation() | MultiPartParserError():
                return bad_request(request, exception)
        # Django sends this for a fault that it handles itself; Sentry and the test client rely on it.
        got_request_exception.send(sender=type(self), request=request)
        log.exception("%s %s", request.method, request.path)
        return server_error(request)
