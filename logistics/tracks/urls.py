"""Below `notify/`: an address for each source of traces, and that of pickups."""

from django.urls import path

from ..courier_settings import SOURCES
from ..pickups.notices import noticed
from . import views

urlpatterns = [
    *[path(f"{source}/", views.pushed, {"source": source}, name=f"notify-{source}") for source in SOURCES],
    path("kuaidi100/pickup/", noticed, {"source": "kuaidi100"}, name="notify-pickup"),
]
