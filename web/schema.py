"""What the OpenAPI schema says about every endpoint: refusals, the Idempotency-Key header, pages.

Above a handler: `@describe(request=PaymentInput, answer=OrderAnswer, verb=True, tags=["orders"])`.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Annotated, Any, NotRequired, TypedDict, TypeVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.authentication import TokenScheme
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from kernel.idempotency import MAX_LENGTH

from .api.answers import described, serializer_of

F = TypeVar("F", bound=Callable[..., Any])


def _Details(**options: Any) -> serializers.DictField:  # noqa: N802 (used like a field class)
    return serializers.DictField(child=serializers.JSONField(), **options)


class RefusalAnswer(TypedDict):
    """Every refusal: a code for programs, a message for people, details for both."""

    code: str
    message: str
    details: Annotated[dict[str, object], _Details]
    request_id: NotRequired[Annotated[str, "As in `X-Request-ID`: finds the lines of the log that belong to it."]]
    errors: NotRequired[dict[str, list[str]]]
    status: NotRequired[Annotated[str, "With `illegal_transition`: the present status."]]
    allowed: NotRequired[Annotated[list[str], "With `illegal_transition`: what is possible now."]]


REFUSALS = {
    400: ("invalid", _("Invalid input. `errors` names the fields.")),
    401: ("unauthenticated", _("Not logged in.")),
    403: ("forbidden", _("You can see it, but you don't have permission.")),
    404: ("not_found", _("It doesn't exist, or isn't yours.")),
    405: ("method_not_allowed", _("Wrong method.")),
    406: ("not_acceptable", _("Responses are JSON only.")),
    409: ("conflict", _("The state has changed, or the first request with this key is still in progress.")),
    413: ("too_large", _("Too large.")),
    415: ("unsupported_media", _("Send JSON.")),
    422: ("not_eligible", _("A rule doesn't allow it, or the key was used for a different request.")),
    429: ("throttled", _("Too many requests. Wait `Retry-After` seconds.")),
    503: ("unavailable", _("Part of the system is down. Nothing was saved.")),
}

READ = (400, 401, 404, 406, 429)
WRITE = (400, 401, 403, 404, 406, 409, 413, 415, 422, 429)

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": MAX_LENGTH},
    OpenApiParameter.HEADER,
    description=_(
        "Repeating the same key and body within 24 hours returns the first response, with `Idempotency-Replayed: true`."
    ),
)


class TokensOfKnox(TokenScheme):
    """They are sent as Django REST framework's own are."""

    target_class = "web.api.authentication.TokenAuthentication"


def refusals(codes: Iterable[int]) -> dict[int, OpenApiResponse]:
    return {status: _refusal(status) for status in codes}


def _refusal(status: int) -> OpenApiResponse:
    code, text = REFUSALS[status]
    example = OpenApiExample(
        code, value={"code": code, "message": str(text), "details": {}}, response_only=True, status_codes=[str(status)]
    )
    return OpenApiResponse(serializer_of(RefusalAnswer), description=str(text), examples=[example])


def parameter(name: str, text: Any, *, required: bool = False, kind: Any = str, enum: Any = None) -> OpenApiParameter:
    """A query parameter. Empty means left out, as a form sends it."""
    if enum and not required:
        enum = [*enum, ""]
    return OpenApiParameter(name, kind, description=text, required=required, enum=enum)


def body_example(name: str, value: Mapping[str, object]) -> OpenApiExample:
    """A body that works as it is with the demo data."""
    return OpenApiExample(name, value=value, request_only=True)


@cache
def page_of(shape: Any) -> type[serializers.Serializer]:
    """The envelope of a list: `{"next", "previous", "results"}`. One class a shape: the schema names it once."""
    name = shape.__name__.removesuffix("Answer") + "Page"
    link = serializers.URLField(allow_null=True, read_only=True)
    fields = {"next": link, "previous": link, "results": serializer_of(shape)(many=True), "__doc__": ""}
    return type(name, (serializers.Serializer,), fields)


PAGING = (
    parameter("cursor", _("The position, from `next` or `previous`.")),
    parameter("page_size", _("1 to 100, 20 by default."), kind={"type": "integer", "minimum": 1}),
)


def describe(
    *,
    answer: Any,
    request: Any = None,
    status: int | tuple[int, ...] = 200,
    verb: bool = False,
    page: bool = False,
    write: bool = False,
    refuses: Iterable[int] | None = None,
    parameters: Iterable[OpenApiParameter] = (),
    **options: Any,
) -> Callable[[F], F]:
    """`extend_schema` with what every endpoint has. `answer`: a shape of `web.api.answers`, or a list of one; `verb`: a
    POST (takes an Idempotency-Key); `write`: a PUT or DELETE; `page`: a page of `answer`s. `options`: tags, examples,
    summary, description, operation_id."""
    known = set(refuses) if refuses is not None else set(WRITE if verb or write else READ)
    successes = status if isinstance(status, tuple) else (status,)
    extra = [IDEMPOTENCY_KEY] if verb else []
    if page:
        answer, extra = page_of(answer), [*extra, *PAGING]
    responses: dict[int, Any] = dict.fromkeys(successes, described(answer))
    return extend_schema(
        request=request, responses=responses | refusals(sorted(known)), parameters=[*extra, *parameters], **options
    )
