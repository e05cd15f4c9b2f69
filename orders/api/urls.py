from django.urls import URLPattern, URLResolver, path

from . import goods, orders

urlpatterns: list[URLPattern | URLResolver] = [
    path("orders/", orders.Orders.as_view(), name="orders"),
    path("orders/<str:order_no>/", orders.OrderDetail.as_view(), name="order"),
    path("orders/<str:order_no>/pay/", orders.OrderPay.as_view(), name="order-pay"),
    path("orders/<str:order_no>/pack/", orders.OrderPack.as_view(), name="order-pack"),
    path("orders/<str:order_no>/deliver/", orders.OrderDeliver.as_view(), name="order-deliver"),
    path("orders/<str:order_no>/confirm-receipt/", orders.OrderConfirmReceipt.as_view(), name="order-confirm-receipt"),
    path("orders/<str:order_no>/extend-receipt/", orders.OrderExtendReceipt.as_view(), name="order-extend-receipt"),
    path("orders/<str:order_no>/reopen-window/", orders.OrderReopenWindow.as_view(), name="order-reopen-window"),
    path("orders/<str:order_no>/close/", orders.OrderClose.as_view(), name="order-close"),
    path("orders/<str:order_no>/notes/", orders.OrderNotes.as_view(), name="order-notes"),
    path("skus/<str:code>/", goods.SkuDoor.as_view(), name="sku"),
    path("skus/<str:code>/stock/", goods.StockDoor.as_view(), name="sku-stock"),
]
