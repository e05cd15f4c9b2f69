"""The number of a request: in its answer (`X-Request-ID`, and `request_id` of an error), and in every line that is
logged meanwhile. A caller or a proxy may give its own."""

import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the log formatter imports this before Django has its settings
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

HEADER = "X-Request-ID"
# Nothing that could break a line of a log or of a header.
_VALID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_present: ContextVar[str] = ContextVar("request_id", default="")


def present() -> str:
    """Of the request that is being answered; empty outside of one."""
    return _present.get()


class RequestIds:
    """The first middleware: whatever happens inside, the answer has its number."""

    def __init__(self, get_response: "Callable[[HttpRequest], HttpResponseBase]") -> None:
        self.get_response = get_response

    def __call__(self, request: "HttpRequest") -> "HttpResponseBase":
        offered = request.headers.get(HEADER, "")
        number = offered if _VALID.fullmatch(offered) else uuid.uuid4().hex
        token = _present.set(number)
        try:
            response = self.get_response(request)
        finally:
            _present.reset(token)
        response[HEADER] = number
        return response
