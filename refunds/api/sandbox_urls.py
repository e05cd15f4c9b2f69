from django.urls import path

from . import sandbox_views

urlpatterns = [
    path("refunds/", sandbox_views.refunds, name="sandbox-refunds"),
    path("refunds/<str:refund_no>/return/", sandbox_views.send_back, name="sandbox-return"),
]
