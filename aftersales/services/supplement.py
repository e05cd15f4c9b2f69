from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.errors import Invalid
from kernel.machine import advance
from orders import services as orders
from orders.models.payment import Purpose

from ..models import Ticket
from .guards import require
from .locking import lock


@transaction.atomic
def pay_difference(ticket: Ticket, *, payment: Mapping[str, Any], actor: Actor, now: datetime) -> Ticket:
    """The buyer paid for the dearer replacement (F-9): exactly the difference, as a tender of its own."""
    order, ticket = lock(ticket)
    require(ticket, "pay_difference", actor, now=now)
    if payment["amount"] != ticket.price_difference:
        text = _("The price difference is %(amount)s.") % {"amount": ticket.price_difference}
        raise Invalid(errors={"amount": [text]})
    # A tender of its own purpose: refunds of the order's goods are never split over it (F-8).
    paid = orders.add_payment(order, payment, purpose=Purpose.DIFFERENCE, actor=actor, now=now)
    return advance(ticket.pay_difference, actor=actor, now=now, payment_id=paid.pk, data={"amount": paid.captured})
