"""My orders, one of them, and the actions on it. Each action calls the service that the API calls."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.login.passwords import check_own_password
from kernel.actors import Actor
from orders import services
from orders.models import Order
from web.actions import run
from web.forms import VerbForm

from ..access import buyer, my_order, page
from ..forms.orders import ExtendForm, ReceiptForm, RemarkForm
from ..forms.tickets import MessageForm
from ..order_list import order_list
from ..order_page import order_page
from ..payment import due_for_order, payment_of
from .conversation import conversation


@dataclass(frozen=True)
class OrderAction:
    """`name` of its pop-up on the order's page; `url`: the last part of its address.
    `service(request, order, *, actor, now, **form.arguments())`; `done`: the message afterwards."""

    name: str
    url: str
    form: type[VerbForm]
    service: Callable[..., Any]
    done: "str | Promise"


@page
@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    return render(request, "storefront/orders.html", order_list(request, buyer(request), timezone.now()))


@page
@require_safe
def order(request: HttpRequest, order_no: str) -> HttpResponse:
    """`?open=remark` comes from the list: that pop-up stands open."""
    row, actor = my_order(request, order_no)
    return _page(request, row, actor)


def _page(
    request: HttpRequest, row: Order, actor: Actor, filled: dict[str, VerbForm] | None = None, status: int = 200
) -> HttpResponse:
    """`filled`: the form that was refused, as it was typed."""
    forms = {action.name: action.form(row=row, actor=actor) for action in ACTIONS} | (filled or {})
    opened = next(iter(filled)) if filled else request.GET.get("open", "")
    contents = order_page(row, actor, timezone.now(), request.GET.get("goods", ""))
    thread = {**conversation(request, row), "message_form": MessageForm(row=row, actor=actor)}
    payment = payment_of(request, due_for_order(row), row.shop)
    context = {**contents, **thread, "forms": forms, "opened": opened, "payment": payment}
    return render(request, "storefront/order.html", context, status=status)


def _view_of(action: OrderAction) -> Callable[..., HttpResponseBase]:
    """Where the service refuses, the order's page is shown again with the form as it was typed."""

    @page
    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: HttpRequest, order_no: str) -> HttpResponse:
        row, actor = my_order(request, order_no)
        if request.method != "POST":  # after a login, or by typing the address
            return redirect(f"{reverse('order', args=[order_no])}?open={action.name}")
        form = action.form(request.POST, row=row, actor=actor)
        outcome = run(form, action.service, request, row, actor=actor, now=timezone.now())
        if not outcome.ok:
            # The order is read again: it may have moved on, which is why the service refused.
            row, actor = my_order(request, order_no)
            return _page(request, row, actor, {action.name: form}, outcome.status)
        messages.success(request, str(action.done))
        return redirect("order", order_no)

    return view


def _confirm(request: HttpRequest, row: Order, *, password: str, **kwargs: Any) -> None:
    check_own_password(request, buyer(request), password)
    services.confirm_receipt(row, **kwargs)


def _extend(request: HttpRequest, row: Order, **kwargs: Any) -> None:
    services.extend_receipt(row, **kwargs)


def _remark(request: HttpRequest, row: Order, **kwargs: Any) -> None:
    services.add_note(row, **kwargs)


ACTIONS = (
    OrderAction(
        "receipt",
        "confirm-receipt",
        ReceiptForm,
        _confirm,
        _("Thanks for confirming. If something's wrong, you can still request after-sales service."),
    ),
    OrderAction("extend", "extend", ExtendForm, _extend, _("You now have more time to confirm.")),
    OrderAction("remark", "remark", RemarkForm, _remark, _("Remark saved. The shop can see it.")),
)

urlpatterns = [
    path("orders/", orders, name="orders"),
    path("orders/<str:order_no>/", order, name="order"),
    *(path(f"orders/<str:order_no>/{action.url}/", _view_of(action), name=action.url) for action in ACTIONS),
]
