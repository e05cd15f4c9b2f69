"""Logging in, and what a shop says about itself to everybody with a login."""

from django.contrib.auth import logout
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from knox.models import AuthToken
from rest_framework.parsers import FormParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from web.api.answers import when
from web.api.parsers import JsonParser
from web.http import ApiView
from web.schema import IDEMPOTENCY_KEY, READ, describe, refusals

from ..access import caller, public_shop, questions
from ..advice import advice
from ..login import tokens
from ..login.passwords import log_in
from ..login.tries import LoginThrottle
from ..models import Shop
from .answers import FaqAnswer, ShopAnswer, TokenAnswer
from .serializers import TokenInput

_LOGIN = OpenApiExample("alice", value={"username": "alice", "password": "aftersales-demo"}, request_only=True)


class ObtainToken(ApiView):
    # A stale token in the header must not keep its owner from fetching the present one.
    authentication_classes = ()
    permission_classes = (AllowAny,)
    parser_classes = (JsonParser, FormParser)
    # The lockout counts a name and an address; this also limits an address that tries many names.
    throttle_classes = (LoginThrottle,)

    @describe(
        request=TokenInput, answer=TokenAnswer, refuses=(400, 406, 413, 415, 429), tags=["auth"], auth=[],
        examples=[_LOGIN],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """A new token for `Authorization: Token …`, shown this once. It ends at `expires_at`, by a logout, and when the
        password, a role or a membership changes."""
        form = TokenInput(data=request.data)
        form.is_valid(raise_exception=True)
        user = log_in(request._request, **form.validated_data)
        token, expires_at = tokens.issue(user, now=timezone.now())
        answer: TokenAnswer = {"token": token, "expires_at": when(expires_at)}
        return Response(answer)


_ENDED = extend_schema(
    request=None, tags=["auth"], parameters=[IDEMPOTENCY_KEY],
    responses={204: OpenApiResponse(description="Ended."), **refusals((400, 401, 403, 406, 409, 413, 415, 422, 429))},
)  # fmt: skip


class Logout(ApiView):
    @_ENDED
    def post(self, request: Request) -> Response:
        """Ends the token that the request was sent with; a browser session where it was that."""
        if isinstance(request.auth, AuthToken):
            request.auth.delete()
        else:
            logout(request._request)
        return Response(status=204)


class LogoutAll(ApiView):
    @_ENDED
    def post(self, request: Request) -> Response:
        """Ends every token of the caller, and the browser session that the request was sent with, if it was."""
        tokens.end_all(caller(request))
        if request.auth is None:
            logout(request._request)
        return Response(status=204)


def faq_json(shop: Shop) -> list[FaqAnswer]:
    return [{"question": faq.shown_question, "answer": faq.shown_answer} for faq in questions(shop)]


def shop_json(shop: Shop) -> ShopAnswer:
    return {
        "code": shop.code,
        "name": shop.shown_name,
        "contact": {"name": shop.contact_name, "phone": shop.contact_phone, "address": shop.contact_address},
        "hotline": shop.hotline,
        "advice": {"not_quality": advice(shop, "not_quality"), "refuse_parcel": advice(shop, "refuse_parcel")},
        "currency": shop.currency,
        "faq": faq_json(shop),
    }


class ShopDetail(ApiView):
    @describe(answer=ShopAnswer, refuses=READ, tags=["shops"])
    def get(self, request: Request, code: str) -> Response:
        """How to reach the shop, and what its buyers ask."""
        return Response(shop_json(public_shop(code)))


class ShopFaq(ApiView):
    @describe(answer=list[FaqAnswer], refuses=READ, tags=["shops"], operation_id="shops_faq_list")
    def get(self, request: Request, code: str) -> Response:
        """Questions and answers of the shop."""
        return Response(faq_json(public_shop(code)))
