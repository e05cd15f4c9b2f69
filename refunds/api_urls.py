from django.urls import path

from . import api

urlpatterns = [
    path("refunds/", api.Refunds.as_view(), name="refunds"),
    path("refunds/<str:refund_no>/", api.RefundDetail.as_view(), name="refund"),
    path("refunds/<str:refund_no>/retry/", api.RefundRetry.as_view(), name="refund-retry"),
    path("refunds/<str:refund_no>/settle/", api.RefundSettle.as_view(), name="refund-settle"),
]
