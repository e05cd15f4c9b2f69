"""The way to the shop's payment page and back. Neither page writes anything: what is paid comes over the API."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Shop
from accounts.shop_settings.payment_page import Due, address_of, read_return, request_url
from kernel.crypto.jwt import BadToken

from ..access import my_order, my_ticket, page
from ..payment import due_for_order, due_for_ticket, report


@page
@require_safe
def pay_difference(request: HttpRequest, ticket_no: str) -> HttpResponse:
    ticket, _actor = my_ticket(request, ticket_no)
    now = timezone.now()
    return _there(request, ticket.shop, due_for_ticket(ticket, now), "ticket", ticket_no, now)


@page
@require_safe
def difference_paid(request: HttpRequest, ticket_no: str) -> HttpResponse:
    ticket, _actor = my_ticket(request, ticket_no)
    now = timezone.now()
    return _back(request, ticket.shop, due_for_ticket(ticket, now), "ticket", ticket_no, now)


@page
@require_safe
def pay_order(request: HttpRequest, order_no: str) -> HttpResponse:
    order, _actor = my_order(request, order_no)
    return _there(request, order.shop, due_for_order(order), "order", order_no, timezone.now())


@page
@require_safe
def order_paid(request: HttpRequest, order_no: str) -> HttpResponse:
    order, _actor = my_order(request, order_no)
    return _back(request, order.shop, due_for_order(order), "order", order_no, timezone.now())


def _there(request: HttpRequest, shop: Shop, due: Due | None, name: str, number: str, now: datetime) -> HttpResponse:
    here = reverse(name, args=[number])
    if due is None or not address_of(shop):
        messages.warning(request, _("There's nothing to pay right now. Here's where it stands."))
        return HttpResponseRedirect(here)
    back = request.build_absolute_uri(reverse(f"{name}-paid", args=[number]))
    return HttpResponseRedirect(request_url(shop, due, return_url=back, now=now))


def _back(request: HttpRequest, shop: Shop, due: Due | None, name: str, number: str, now: datetime) -> HttpResponse:
    # The shop's system may have been faster than the browser: then there is nothing left to say.
    if due is not None:
        try:
            paid = read_return(shop, due, request.GET.get("token", ""), now=now)
        except BadToken:
            messages.warning(request, _("This link is invalid or has expired. Nothing has changed."))
        else:
            _show_message(request, shop, due, paid=paid)
    return HttpResponseRedirect(reverse(name, args=[number]))


def _show_message(request: HttpRequest, shop: Shop, due: Due, *, paid: bool) -> None:
    if paid:
        report(request, shop, due)
        messages.success(request, _("The shop says you've paid. Your payment will appear here in a moment."))
    else:
        messages.info(request, _("You haven't paid. You can try again here."))


urlpatterns = [
    path("tickets/<str:ticket_no>/pay/", pay_difference, name="ticket-pay"),
    path("tickets/<str:ticket_no>/paid/", difference_paid, name="ticket-paid"),
    path("orders/<str:order_no>/pay/", pay_order, name="order-pay"),
    path("orders/<str:order_no>/paid/", order_paid, name="order-paid"),
]
