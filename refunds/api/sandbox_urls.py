from django.urls import path

from . import sandbox_views

urlpatterns = [path("refunds/", sandbox_views.refunds, name="sandbox-refunds")]
