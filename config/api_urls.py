"""The HTTP API, app by app."""

from django.urls import include, path

urlpatterns = [
    path("", include("accounts.api.urls")),
    path("", include("orders.api.urls")),
    path("", include("aftersales.api.urls")),
    path("", include("refunds.api.urls")),
    path("", include("logistics.api.urls")),
]
