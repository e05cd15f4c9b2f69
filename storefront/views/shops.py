"""What everybody may read: help; what a shop's buyers ask."""

from django.urls import path
from django.views.generic import TemplateView

urlpatterns = [path("help/", TemplateView.as_view(template_name="help.html"), name="help")]
