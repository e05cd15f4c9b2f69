"""Logging in, and what a shop says about itself to everybody with a login."""

from drf_spectacular.utils import OpenApiExample
from rest_framework.authtoken.models import Token
from rest_framework.parsers import FormParser, JSONParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from web.http import ApiView
from web.schema import READ, describe

from ..access import public_shop, questions
from ..models import Shop
from ..passwords import log_in
from .answers import FaqAnswer, ShopAnswer, TokenAnswer
from .serializers import TokenInput

_LOGIN = OpenApiExample("alice", value={"username": "alice", "password": "aftersales-demo"}, request_only=True)


class ObtainToken(ApiView):
    # A stale token in the header must not keep its owner from fetching the present one.
    authentication_classes = ()
    permission_classes = (AllowAny,)
    parser_classes = (JSONParser, FormParser)
    # The lockout counts a name and an address; this also limits an address that tries many names.
    throttle_scope = "login"

    @describe(
        request=TokenInput, answer=TokenAnswer, refuses=(400, 406, 413, 415, 429), tags=["auth"], auth=[],
        examples=[_LOGIN],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """A token for `Authorization: Token …`. The same one each time."""
        form = TokenInput(data=request.data)
        form.is_valid(raise_exception=True)
        user = log_in(request._request, **form.validated_data)
        answer: TokenAnswer = {"token": Token.objects.get_or_create(user=user)[0].key}
        return Response(answer)


def faq_json(shop: Shop) -> list[FaqAnswer]:
    return [{"question": faq.question, "answer": faq.answer} for faq in questions(shop)]


def shop_json(shop: Shop) -> ShopAnswer:
    return {
        "code": shop.code,
        "name": shop.name,
        "contact": {"name": shop.contact_name, "phone": shop.contact_phone, "address": shop.contact_address},
        "hotline": shop.hotline,
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
