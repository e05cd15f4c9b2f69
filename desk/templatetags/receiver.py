"""To whom an order is sent, above the form in which it is."""

from django import template
from django.urls import reverse

from orders.api.representation import receiver_json
from orders.models import Order
from web.admin.base import by_machine
from web.context import Context
from web.forms import VerbForm

register = template.Library()


@register.inclusion_tag("admin/orders/receiver.html", takes_context=True)
def receiver(context: Context, form: VerbForm) -> Context:
    """Masked, with the button that shows it, where the form's person may see it; in full, with a button that copies
    it, in the answer of that button (`in_full` of the order)."""
    order: Order = form.row
    in_full = getattr(order, "in_full", False)
    may = by_machine("receiver", order, form.actor)
    return {
        "to": receiver_json(order, in_full=in_full),
        "in_full": in_full,
        "url": reverse("admin:orders_order_receiver", args=[order.pk]) if may else "",
        "csrf_token": context.get("csrf_token", ""),
    }
