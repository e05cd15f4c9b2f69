"""What a service posts to an address that is open to everybody: bounded, believed by its signature alone, and answered
in the words of the service."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils import timezone

from web.limits.body import bounded_body, form_of

from .couriers import PushRefused

MAX_FIELDS = 10
T = TypeVar("T")
log = logging.getLogger(__name__)


class Service(Protocol):
    def reply(self, status: int, reason: str, *, now: datetime) -> Mapping[str, Any]: ...


def read_post(
    request: HttpRequest, service: Service, read: Callable[[Mapping[str, str]], T], *, max_body: int
) -> T | HttpResponse:
    """What `read` makes of the form; or the answer: 405 for another method, 413 for a body of more than `max_body`
    bytes, 400 for what `read` refuses (PushRefused). Nothing of it is looked up before."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    body = bounded_body(request, max_body)
    if isinstance(body, HttpResponse):
        return body
    try:
        return read(form_of(body, MAX_FIELDS))
    except (PushRefused, ValueError) as error:
        log.warning("a post to %s is refused: %s", request.path, error)
    except Exception:
        # Whatever somebody sends, it is no fault of the server's.
        log.exception("a post to %s cannot be read", request.path)
    return answer(service, 400, "refused")


def answer(service: Service, status: int, reason: str = "") -> HttpResponse:
    """`status`: 200, or 503 where it should come again."""
    fields = service.reply(status, reason, now=timezone.now())
    return JsonResponse(fields, status=status, json_dumps_params={"ensure_ascii": False})
