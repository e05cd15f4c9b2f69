"""Errors outside any view. Programs never get an HTML page."""

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

log = logging.getLogger(__name__)

# Callers under these paths are programs.
PROGRAMS = ("/api/", "/notify/", "/sandbox/", "/healthz", "/readyz", "/metrics")


def _json(status: HTTPStatus, code: str, message: str) -> JsonResponse:
    return JsonResponse({"code": code, "message": message, "details": {}}, status=status)


def _by_program(request: HttpRequest) -> bool:
    return f"{request.path}/".startswith(PROGRAMS)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if _by_program(request):
        return _json(HTTPStatus.BAD_REQUEST, "invalid", _("The request could not be read."))
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if _by_program(request):
        return _json(HTTPStatus.FORBIDDEN, "forbidden", _("You may see this but not do that."))
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if _by_program(request):
        return _json(HTTPStatus.NOT_FOUND, "not_found", _("Nothing was found here."))
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    if _by_program(request):
        return _json(HTTPStatus.INTERNAL_SERVER_ERROR, "fault", _("Something broke on our side. Try again later."))
    return defaults.server_error(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    from django.views.csrf import csrf_failure as page

    if _by_program(request):
        return _json(HTTPStatus.FORBIDDEN, "forbidden", _("The CSRF token is missing or wrong. Reload the page."))
    return page(request, reason)


@csrf_exempt
def nothing_here(request: HttpRequest) -> HttpResponseBase:
    """The last address of the programs, because with DEBUG on Django draws a page where none matches."""
    return not_found(request, Http404())


class ProgramErrors:
    """What a view raises, as JSON for programs. With DEBUG on Django would answer a page with the stack trace."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        if not _by_program(request):
            return None
        match exception:
            case Http404():
                return not_found(request, exception)
            case PermissionDenied():
                return permission_denied(request, exception)
            case BadRequest() | SuspiciousOperation() | MultiPartParserError():
                return bad_request(request, exception)
        got_request_exception.send(sender=type(self), request=request)
        log.exception("%s %s", request.method, request.path)
        return server_error(request)
