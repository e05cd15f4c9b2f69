"""Applying for after-sales service, and applying again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from ..access import my_order, page


@page
def apply(request: HttpRequest, order_no: str) -> HttpResponse:
    my_order(request, order_no)
    return render(request, "storefront/apply.html")


urlpatterns = [path("orders/<str:order_no>/apply/", apply, name="apply")]
