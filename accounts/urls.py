"""Login, logout and one's own password: one page for buyers, shops and support."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from . import views

urlpatterns = [
    path("login/", views.Login.as_view(), name="login"),
    path("account/password/", views.OwnPassword.as_view(), name="password"),
    path("logout/", LogoutView.as_view(), name="logout"),
]
