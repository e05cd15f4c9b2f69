"""The answer after too many failed logins, and the address that a request came from."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from .. import request_ids

# A socket without addresses, or something else than an address in the header of a proxy: all these are one caller.
NOBODY = "0.0.0.0"  # noqa: S104  (no address to listen at)


def client_ip(request: HttpRequest) -> str:
    """The address that the outermost proxy of ours saw, or the peer's. What a caller claims is not read."""
    hops: list[str] = []
    if settings.NUM_PROXIES:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    # From the right: each proxy appends the address it saw. What is further left was sent by the caller.
    address = hops[-min(settings.NUM_PROXIES, len(hops))] if hops else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ip_address(address))
    except ValueError:
        return NOBODY


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: Mapping[str, Any] | None = None
) -> HttpResponse:
    seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    message = _("Too many failed logins. Wait %(minutes)d minutes and try again.") % {"minutes": seconds // 60}
    answer: HttpResponse
    if request.path.startswith("/api/"):
        body = {"code": "throttled", "message": message, "details": {"retry_after": seconds}}
        body["request_id"] = request_ids.present()
        answer = JsonResponse(body, status=429)
    else:
        answer = render(request, "lockout.html", {"message": message}, status=429)
    answer["Retry-After"] = str(seconds)
    return answer
