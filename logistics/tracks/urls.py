from django.urls import path

from ..pickups.notices import noticed
from . import views

urlpatterns = [path("", views.pushed, name="notify-kuaidi100"), path("pickup/", noticed, name="notify-pickup")]
