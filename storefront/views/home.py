"""The first page: what waits for the buyer."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from accounts.access import may_enter_desk

from ..access import page


@page
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "storefront/home.html", {"desk": may_enter_desk(request.user)})


urlpatterns = [path("", home, name="home")]
