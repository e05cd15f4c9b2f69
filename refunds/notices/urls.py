from django.urls import path

from . import views

urlpatterns = [
    path("<str:channel>/", views.notify, name="notify"),
    path("<str:channel>/<str:account>/", views.notify, name="notify-account"),
]
