from django.urls import path

from . import views

urlpatterns = [
    path("refunds/", views.Refunds.as_view(), name="refunds"),
    path("refunds/<str:refund_no>/", views.RefundDetail.as_view(), name="refund"),
    path("refunds/<str:refund_no>/retry/", views.RefundRetry.as_view(), name="refund-retry"),
    path("refunds/<str:refund_no>/settle/", views.RefundSettle.as_view(), name="refund-settle"),
]
