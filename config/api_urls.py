"""The HTTP API, app by app."""

from django.urls import include, path

urlpatterns = [
    path("", include("accounts.api_urls")),
    path("", include("orders.api_urls")),
    path("", include("aftersales.api_urls")),
    path("", include("refunds.api_urls")),
    path("", include("logistics.api_urls")),
]
