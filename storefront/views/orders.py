"""My orders, one of them, and the small verbs on it. Each verb calls the service that the API calls."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.passwords import check_own_password
from kernel.actors import Actor
from orders import services
from orders.models import Order
from web.actions import run
from web.forms import VerbForm

from ..access import buyer, my_order, page
from ..forms.orders import ExtendForm, ReceiptForm, RemarkForm
from ..order_list import order_list
from ..order_page import order_page

FORMS: dict[str, type[VerbForm]] = {"receipt": ReceiptForm, "extend": ExtendForm, "remark": RemarkForm}


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
    forms = {name: form(row=row, actor=actor) for name, form in FORMS.items()} | (filled or {})
    opened = next(iter(filled)) if filled else request.GET.get("open", "")
    context = order_page(row, actor, timezone.now(), request.GET.get("goods", "")) | {"forms": forms, "opened": opened}
    return render(request, "storefront/order.html", context, status=status)


def _verb(name: str, done: "str | Promise", call: Callable[..., Any]) -> Callable[..., Any]:
    """The door of one verb: the form parses, `call` carries out, a refusal shows the page with the form as typed."""

    @page
    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: HttpRequest, order_no: str) -> HttpResponse:
        row, actor = my_order(request, order_no)
        if request.method != "POST":  # who comes from the login, or by the address
            return redirect(f"{reverse('order', args=[order_no])}?open={name}")
        form = FORMS[name](request.POST, row=row, actor=actor)
        outcome = run(form, call, request, row, actor=actor, now=timezone.now())
        if not outcome.ok:
            # The order is read again: it may have moved on, which is why the service refused.
            row, actor = my_order(request, order_no)
            return _page(request, row, actor, {name: form}, outcome.status)
        messages.success(request, str(done))
        return redirect("order", order_no)

    return view


def _confirm(request: HttpRequest, row: Order, *, password: str, **who: Any) -> None:
    check_own_password(request, buyer(request), password)
    services.confirm_receipt(row, **who)


def _extend(request: HttpRequest, row: Order, **given: Any) -> None:
    services.extend_receipt(row, **given)


def _remark(request: HttpRequest, row: Order, **given: Any) -> None:
    services.add_note(row, **given)


urlpatterns = [
    path("orders/", orders, name="orders"),
    path("orders/<str:order_no>/", order, name="order"),
    path(
        "orders/<str:order_no>/confirm-receipt/",
        _verb(
            "receipt", _("Receipt is confirmed. If something is wrong, you can still apply for after-sales."), _confirm
        ),
        name="confirm-receipt",
    ),
    path(
        "orders/<str:order_no>/extend/",
        _verb("extend", _("You have more time to confirm."), _extend),
        name="extend",
    ),
    path(
        "orders/<str:order_no>/remark/",
        _verb("remark", _("Your remark is saved; the shop sees it."), _remark),
        name="remark",
    ),
]
