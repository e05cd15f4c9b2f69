"""Errors outside any view. Programs never get an HTML page."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.views import defaults

# Callers under these paths are programs.
PROGRAMS = ("/api/", "/notify/", "/sandbox/", "/healthz", "/readyz", "/metrics")


def _json(status: HTTPStatus, code: str, message: str) -> JsonResponse:
    return JsonResponse({"code": code, "message": message, "details": {}}, status=status)


def _by_program(request: HttpRequest) -> bool:
    return request.path.startswith(PROGRAMS)


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
