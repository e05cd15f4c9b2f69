"""Refusals as answers: JSON for the API, a message and a redirect for pages. Also the API's base view."""

import functools
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError, transaction
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions as drf
from rest_framework.request import Request as DrfRequest
from rest_framework.response import Response
from rest_framework.views import APIView, set_rollback

from kernel import idempotency
from kernel.errors import (
    Conflict,
    DomainError,
    Forbidden,
    IllegalTransition,
    Invalid,
    NotFound,
    TooLarge,
    UnsupportedMedia,
)

if TYPE_CHECKING:

    class Request(DrfRequest):
        """A request of the API. Who is not logged in does not come this far, so its user is a user."""

        user: Any

else:
    Request = DrfRequest


def refusal(error: DomainError) -> Response:
    body: dict[str, object] = {"code": error.code, "message": error.message, "details": error.details}
    if error.errors is not None:
        body["errors"] = error.errors
    if isinstance(error, IllegalTransition):
        body |= {name: error.details[name] for name in ("status", "allowed")}
    response = Response(body, status=error.http_status)
    if "retry_after" in error.details:
        response["Retry-After"] = str(error.details["retry_after"])
    return response


def _path(prefix: str, key: object) -> str:
    if isinstance(key, int):
        return f"{prefix}[{key}]"
    return f"{prefix}.{key}" if prefix else str(key)


def flatten(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """DRF's nested validation errors as {"lines[0].quantity": ["…"]}."""
    if isinstance(detail, dict):
        return {
            path: texts for key, value in detail.items() for path, texts in flatten(value, _path(prefix, key)).items()
        }
    if isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        return {
            path: texts
            for index, value in enumerate(detail)
            if value
            for path, texts in flatten(value, f"{prefix}[{index}]").items()
        }
    items = detail if isinstance(detail, list) else [detail]
    return {prefix or "body": [str(item) for item in items]}


def _parse_error(exc: Exception) -> DomainError:
    return Invalid(errors={"body": [str(getattr(exc, "detail", exc))]})


def _throttled(exc: drf.Throttled) -> DomainError:
    # Rounded up: a caller that waits just this long must not be refused again.
    wait = max(1, int(getattr(exc, "wait", None) or 1) + 1)
    error = DomainError(_("Too many requests. Wait a moment and try again."), code="throttled")
    error.http_status, error.details = 429, {"retry_after": wait}
    return error


def _simple(code: str, status: int, message: str) -> DomainError:
    error = DomainError(message, code=code)
    error.http_status = status
    return error


def translate(exc: Exception) -> DomainError | None:
    """Every refusal of Django and DRF as one of ours; None for a real fault."""
    match exc:
        case DomainError():
            return exc
        case drf.ValidationError():
            return Invalid(errors=flatten(exc.detail))
        case drf.UnsupportedMediaType():
            return UnsupportedMedia(str(exc.detail))
        case drf.ParseError():
            return _parse_error(exc)
        case drf.NotAuthenticated() | drf.AuthenticationFailed():
            return _simple("unauthenticated", 401, _("Log in first: send a token or a session."))
        case Http404() | drf.NotFound():
            return NotFound()
        case PermissionDenied() | drf.PermissionDenied():
            return Forbidden()
        case drf.MethodNotAllowed():
            return _simple("method_not_allowed", 405, str(exc.detail))
        case drf.NotAcceptable():
            return _simple("not_acceptable", 406, str(exc.detail))
        case drf.Throttled():
            return _throttled(exc)
        case RecursionError():  # JSON in JSON in JSON …
            return Invalid(errors={"body": [_("The body is nested too deeply.")]})
        case RequestDataTooBig():
            return TooLarge(_("The request is too large. Send less at once."))
        case BadRequest() | SuspiciousOperation() | MultiPartParserError():
            return Invalid(errors={"body": [_("The body cannot be read.")]})
        case OperationalError() if getattr(exc.__cause__, "pgcode", "") in ("55P03", "40P01", "40001"):
            # A lock that was not granted in time, a deadlock, a serialization failure: nothing was done, and the same
            # request may simply be sent again.
            return Conflict(_("Somebody else is working on this. Try again in a second."), details={"retry_after": 1})
    return None


def refusal_in(fault: Exception) -> DomainError:
    """For a page that shows its form again: the refusal that `fault` is. A real fault is raised on."""
    error = translate(fault)
    if error is None:
        raise fault
    return error


def exception_handler(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    error = translate(exc)
    if error is None:
        return None
    set_rollback()
    response = refusal(error)
    if error.http_status == 401:
        # HTTP requires it with 401.
        response["WWW-Authenticate"] = "Token"
    return response


class ApiView(APIView):
    """Base of every view of the API: idempotent POSTs, and answers that no shared cache may keep (A28)."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and "Idempotency-Key" in request.headers:
            # Key, effect and answer are one transaction (kernel/idempotency.py).
            with transaction.atomic():
                response = super().dispatch(request, *args, **kwargs)
        else:
            response = super().dispatch(request, *args, **kwargs)
        response.setdefault("Cache-Control", "private, no-store")
        return response

    def initial(self, request: DrfRequest, *args: Any, **kwargs: Any) -> None:
        self.claimed: tuple[int, str, str] | None = None
        super().initial(request, *args, **kwargs)
        key = request.headers.get("Idempotency-Key")
        if request.method != "POST" or key is None or not request.user.is_authenticated:
            return
        fingerprint = idempotency.fingerprint(request)
        stored = idempotency.claim(request.user.pk, key, fingerprint, timezone.now())
        if stored is not None:
            raise Replay(stored.status_code, stored.body)
        self.claimed = (request.user.pk, key, fingerprint)
        # Between the claim and the effect: a refusal undoes the effect and keeps the key.
        self.undo = transaction.savepoint()

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, Replay):
            return exc.response()
        if getattr(self, "claimed", None) and transaction.get_rollback():
            # A transition refused inside this transaction: undo the effect, keep the answer.
            transaction.set_rollback(False)
            transaction.savepoint_rollback(self.undo)
        return super().handle_exception(exc)

    def finalize_response(self, request: DrfRequest, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        if getattr(self, "claimed", None) and isinstance(response, Response):
            user_id, key, fingerprint = self.claimed  # type: ignore[misc]
            # Rendered here, because what is stored must be what the caller gets.
            response.render()
            body = response.content.decode()
            idempotency.store(user_id, key, fingerprint, response.status_code, body, timezone.now())
        return response


class Replay(Exception):
    """Ends the request before its view runs, with the stored answer."""

    def __init__(self, status_code: int, body: str) -> None:
        self.status_code, self.body = status_code, body

    def response(self) -> Response:
        answer = Response(json.loads(self.body) if self.body else None, status=self.status_code)
        answer["Idempotency-Replayed"] = "true"
        return answer


def page_refusals(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For pages: a refusal becomes a message and sends the reader back to where they were (or 404/403)."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except NotFound as error:
            raise Http404(error.message) from error
        except Forbidden as error:
            raise PermissionDenied(error.message) from error
        except DomainError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(request.path)

    return wrapped
