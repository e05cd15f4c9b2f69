from django.urls import path

from . import views

urlpatterns = [path("", views.pushed, name="notify-kuaidi100")]
