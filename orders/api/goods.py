"""SKUs and stock over HTTP."""

from django.utils.translation import gettext_lazy
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import caller
from accounts.models import Shop
from kernel.actors import Actor
from web.api.body import parsed
from web.http import ApiView
from web.schema import describe, parameter

from ..access import shop_for
from ..models import Stock
from ..services import skus, stock
from . import examples
from .answers import SkuAnswer, StockAnswer
from .representation import sku_json, stock_json
from .serializers import SkuInput, StockInput

TAGS = ["goods"]
SHOP = (parameter("shop", gettext_lazy("The code of the shop."), required=True),)


class GoodsView(ApiView):
    def shop(self, *, write: bool = False) -> tuple[Shop, Actor]:
        return shop_for(caller(self.request), self.request.query_params.get("shop", ""), write=write)


class SkuDetail(GoodsView):
    @describe(answer=SkuAnswer, parameters=SHOP, tags=TAGS)
    def get(self, request: Request, code: str) -> Response:
        """What the shop sells under this code."""
        shop, _actor = self.shop()
        return Response(sku_json(skus.of_code(shop, code), shop.code))

    @describe(
        request=SkuInput, answer=SkuAnswer, status=(200, 201), write=True, parameters=SHOP, tags=TAGS,
        examples=[examples.SKU],
    )  # fmt: skip
    def put(self, request: Request, code: str) -> Response:
        """Creates an SKU or changes it; what is left out stays. Orders that are there keep what they were sold as."""
        shop, actor = self.shop(write=True)
        named = request.data.get("currency") if isinstance(request.data, dict) else None
        body = parsed(SkuInput, request, currency=skus.currency_of(shop, code, named))
        sku, new = skus.put_sku(shop, code, body, actor=actor)
        return Response(sku_json(sku, shop.code), status=201 if new else 200)


class SkuStock(GoodsView):
    @describe(answer=StockAnswer, parameters=SHOP, tags=TAGS)
    def get(self, request: Request, code: str) -> Response:
        """What lies on the shelf, and what of it is promised."""
        sku = skus.of_code(self.shop()[0], code)
        return Response(stock_json(Stock.objects.filter(shop_id=sku.shop_id, sku=sku).first()))

    @describe(request=StockInput, answer=StockAnswer, write=True, parameters=SHOP, tags=TAGS, examples=[examples.STOCK])
    def put(self, request: Request, code: str) -> Response:
        """Sets what lies on the shelf; 409 when less than what is promised."""
        shop, actor = self.shop(write=True)
        sku = skus.of_code(shop, code)
        return Response(stock_json(stock.put_stock(sku, **parsed(StockInput, request), actor=actor)))
