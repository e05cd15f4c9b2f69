from django.urls import URLPattern, URLResolver, path

from . import api, api_goods

urlpatterns: list[URLPattern | URLResolver] = [
    path("orders/", api.Orders.as_view(), name="orders"),
    path("orders/<str:order_no>/", api.OrderDetail.as_view(), name="order"),
    path("orders/<str:order_no>/pay/", api.OrderPay.as_view(), name="order-pay"),
    path("orders/<str:order_no>/pack/", api.OrderPack.as_view(), name="order-pack"),
    path("orders/<str:order_no>/deliver/", api.OrderDeliver.as_view(), name="order-deliver"),
    path("orders/<str:order_no>/confirm-receipt/", api.OrderConfirmReceipt.as_view(), name="order-confirm-receipt"),
    path("orders/<str:order_no>/extend-receipt/", api.OrderExtendReceipt.as_view(), name="order-extend-receipt"),
    path("orders/<str:order_no>/reopen-window/", api.OrderReopenWindow.as_view(), name="order-reopen-window"),
    path("orders/<str:order_no>/close/", api.OrderClose.as_view(), name="order-close"),
    path("orders/<str:order_no>/notes/", api.OrderNotes.as_view(), name="order-notes"),
    path("skus/<str:code>/", api_goods.SkuDoor.as_view(), name="sku"),
    path("skus/<str:code>/stock/", api_goods.StockDoor.as_view(), name="sku-stock"),
]
