"""The answer after too many failed logins, and the address that a request came from."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def client_ip(request: HttpRequest) -> str:
    """The address that the outermost proxy of ours saw, or the peer's. What a caller claims is not read."""
    peer: str = request.META.get("REMOTE_ADDR", "")
    if not settings.NUM_PROXIES:
        return peer
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    # From the right: each proxy appends the address it saw. What is further left was sent by the caller.
    return hops[-min(settings.NUM_PROXIES, len(hops))] if hops else peer


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: Mapping[str, Any] | None = None
) -> HttpResponse:
    seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    message = _("Too many failed logins. Wait %(minutes)d minutes and try again.") % {"minutes": seconds // 60}
    answer: HttpResponse
    if request.path.startswith("/api/"):
        body = {"code": "throttled", "message": message, "details": {"retry_after": seconds}}
        answer = JsonResponse(body, status=429)
    else:
        answer = render(request, "lockout.html", {"message": message}, status=429)
    answer["Retry-After"] = str(seconds)
    return answer
