"""Refusals as answers in JSON, and the API's base view."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError, transaction
from django.http import Http404, HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions as drf
from rest_framework.request import Request as DrfRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel import idempotency
from kernel.errors import (
    Conflict,
    DomainError,
    Forbidden,
    IllegalTransition,
    Invalid,
    NotFound,
    Throttled,
    TooLarge,
    UnsupportedMedia,
)

from . import request_ids

RETRY_AFTER = 5  # seconds: a database is restarted within a few

if TYPE_CHECKING:

    class Request(DrfRequest):
        """A request of the API. Who is not logged in does not come this far, so its user is a user."""

        user: Any

else:
    Request = DrfRequest


def refusal(error: DomainError) -> Response:
    body: dict[str, object] = {"code": error.code, "message": error.message, "details": error.details}
    if number := request_ids.present():
        body["request_id"] = number
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
    return Throttled(_("Too many requests. Wait a moment and try again."), wait)


def _simple(code: str, status: int, message: str) -> DomainError:
    error = DomainError(message, code=code)
    error.http_status = status
    return error


AWAY = ("08", "53", "57P")  # classes of SQLSTATE: connection lost, nothing left (disk, connections), shutting down


def _is_away(exc: Exception) -> bool:
    code = getattr(exc.__cause__, "pgcode", None) or ""
    return not code or code.startswith(AWAY)


def unavailable() -> DomainError:
    """503: the database is away, full or being restarted. Its transaction is undone; the same request may be sent
    again."""
    error = _simple("unavailable", 503, _("This isn't available right now. Nothing was changed; try again shortly."))
    error.details = {"retry_after": RETRY_AFTER}
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
            return _simple("unauthenticated", 401, _("Log in first: send a token or a session cookie."))
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
        case RequestDataTooBig():
            return TooLarge(_("The request is too large. Send less at once."))
        case BadRequest() | SuspiciousOperation() | MultiPartParserError():
            return Invalid(errors={"body": [_("We couldn't read the request body.")]})
        case OperationalError() if getattr(exc.__cause__, "pgcode", "") in ("55P03", "40P01", "40001"):
            # A lock that was not granted in time, a deadlock, a serialization failure: nothing was done, and the same
            # request may simply be sent again.
            return Conflict(_("Someone else is working on this. Try again in a second."), details={"retry_after": 1})
        case OperationalError() | InterfaceError() if _is_away(exc):
            return unavailable()
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
        self.claimed: tuple[int, str, str, str] | None = None
        super().initial(request, *args, **kwargs)
        key = request.headers.get("Idempotency-Key")
        if request.method != "POST" or key is None or not request.user.is_authenticated:
            return
        fingerprint = idempotency.fingerprint(request)
        stored = idempotency.claim(request.user.pk, key, fingerprint, timezone.now())
        if stored is not None:
            if not request.user.may_see_again(stored.shop_id, stored.acted_as):
                raise NotFound()
            raise Replay(stored.status_code, stored.body)
        # Between the claim and the effect: a refusal undoes the effect and keeps the key. The connection may be lost
        # here as anywhere, and then nothing is claimed.
        undo = transaction.savepoint()
        self.claimed = (request.user.pk, key, fingerprint, undo)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, Replay):
            return exc.response()
        if claimed := getattr(self, "claimed", None):
            # Undo whatever was written before the refusal, and keep the answer. A refused transition has marked the
            # transaction for a rollback, which would take the answer with it.
            transaction.set_rollback(False)
            transaction.savepoint_rollback(claimed[-1])
        return super().handle_exception(exc)

    def finalize_response(self, request: DrfRequest, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        if getattr(self, "claimed", None) and isinstance(response, Response):
            user_id, key, fingerprint, _undo = self.claimed  # type: ignore[misc]
            # Rendered here, because what is stored must be what the caller gets.
            response.render()
            body = response.content.decode()
            idempotency.store(
                user_id,
                key,
                fingerprint,
                response.status_code,
                body,
                timezone.now(),
                acted=getattr(request.user, "acted", None),
            )
        return response


class Replay(Exception):
    """Ends the request before its view runs, with the stored answer."""

    def __init__(self, status_code: int, body: str) -> None:
        self.status_code, self.body = status_code, body

    def response(self) -> Response:
        answer = Response(json.loads(self.body) if self.body else None, status=self.status_code)
        answer["Idempotency-Replayed"] = "true"
        return answer
