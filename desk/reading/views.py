"""What the page of a ticket or an order says when its conversation is on the screen, or by its button (S-123)."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import actor_for, desk_rows
from accounts.admin.scope import user_of
from aftersales import services
from aftersales.models import Ticket
from kernel.errors import Forbidden
from orders.models import Order
from web.actions import attempt


def _number(*, required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(required=required, min_value=1, max_value=2**63 - 1)


class ReadForm(forms.Form):
    """One of `ticket` and `order`, by id."""

    ticket, order, message_id = _number(required=False), _number(required=False), _number()


@require_POST
def read(request: HttpRequest) -> HttpResponse:
    form, user = ReadForm(request.POST), user_of(request)
    if not form.is_valid():
        return HttpResponse(status=400)
    data = form.cleaned_data
    row: Ticket | Order
    if data["ticket"]:
        row = get_object_or_404(Ticket.objects.filter(desk_rows(user)), pk=data["ticket"])
    else:
        row = get_object_or_404(Order.objects.filter(desk_rows(user)), pk=data["order"])
    actor = actor_for(user, shop_id=row.shop_id, buyer_id=row.buyer_id)
    if actor is None:
        raise Forbidden()
    outcome = attempt(services.mark_read, row, message_id=data["message_id"], actor=actor, now=timezone.now())
    if outcome.refusal is not None:
        messages.error(request, outcome.refusal.message)
    page = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    return HttpResponseRedirect(f"{reverse(page, args=[row.pk])}#talk")
