from django.urls import URLPattern, URLResolver, path

from web.api.actions import action_paths

from ..chargebacks.api import Chargebacks
from ..complaints.api import Complaints
from . import views

REFUND = "refunds/<str:refund_no>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("orders/<str:order_no>/chargebacks/", Chargebacks.as_view(), name="order-chargebacks"),
    path("orders/<str:order_no>/complaints/", Complaints.as_view(), name="order-complaints"),
    path("refunds/", views.Refunds.as_view(), name="refunds"),
    path(REFUND, views.RefundDetail.as_view(), name="refund"),
    *action_paths(views.RefundAction, views.ACTIONS, REFUND, "refund"),
]
