"""My orders, and one of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from ..access import my_order, page


@page
def orders(request: HttpRequest) -> HttpResponse:
    return render(request, "storefront/orders.html")


@page
def order(request: HttpRequest, order_no: str) -> HttpResponse:
    my_order(request, order_no)
    return render(request, "storefront/order.html")


urlpatterns = [
    path("orders/", orders, name="orders"),
    path("orders/<str:order_no>/", order, name="order"),
]
