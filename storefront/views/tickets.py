"""My after-sales tickets, and one of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from ..access import my_ticket, page


@page
def tickets(request: HttpRequest) -> HttpResponse:
    return render(request, "storefront/tickets.html")


@page
def ticket(request: HttpRequest, ticket_no: str) -> HttpResponse:
    my_ticket(request, ticket_no)
    return render(request, "storefront/ticket.html")


urlpatterns = [
    path("tickets/", tickets, name="tickets"),
    path("tickets/<str:ticket_no>/", ticket, name="ticket"),
]
