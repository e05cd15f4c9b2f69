from django.urls import URLPattern, URLResolver, path

from web.api.actions import action_paths

from . import goods, orders
from .actions import ACTIONS, RECEIVER, OrderAction, ReceiverAction

ORDER = "orders/<str:order_no>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("orders/", orders.Orders.as_view(), name="orders"),
    path(ORDER, orders.OrderDetail.as_view(), name="order"),
    *action_paths(OrderAction, ACTIONS, ORDER, "order"),
    *action_paths(ReceiverAction, [RECEIVER], ORDER, "order"),
    path(f"{ORDER}notes/", orders.OrderNotes.as_view(), name="order-notes"),
    path("skus/<str:code>/", goods.SkuDetail.as_view(), name="sku"),
    path("skus/<str:code>/stock/", goods.SkuStock.as_view(), name="sku-stock"),
]
