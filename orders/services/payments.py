from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.errors import Conflict, Invalid
from kernel.machine import advance
from kernel.money import cents

from ..models import Order, Payment
from ..models.payment import Purpose
from .locking import lock


def must_add_up(amount: Decimal, paid: Decimal, field: str) -> None:
    if paid != amount:
        text = _("The payments make %(paid)s, but %(amount)s is to be paid.") % {"paid": paid, "amount": amount}
        raise Invalid(errors={field: [text]})


def add_payment(order: Order, data: Mapping[str, Any], *, purpose: str, actor: Actor, now: datetime) -> Payment:
    """One tender: `{channel, transaction_no, amount, paid_at?}`. A number that is known already → 409."""
    try:
        # A savepoint, so that the caller can go on after the IntegrityError.
        with transaction.atomic():
            return Payment.objects.create(
                order=order,
                purpose=purpose,
                channel=data["channel"],
                transaction_no=data["transaction_no"],
                captured=cents(data["amount"]),
                paid_at=data.get("paid_at") or now,
            )
    except IntegrityError:
        raise Conflict(_("This payment is already recorded.")) from None


@transaction.atomic
def pay(order: Order, data: Mapping[str, Any], *, actor: Actor, now: datetime) -> Order:
    order = lock(order.pk, shop_id=order.shop_id, like=order)
    # The machine first: an order that is paid already answers 409, whatever the amount.
    moved = advance(order.pay, actor=actor, now=now, paid_at=data.get("paid_at") or now)
    must_add_up(order.amount, cents(data["amount"]), "amount")
    add_payment(order, data, purpose=Purpose.ORDER, actor=actor, now=now)
    return moved
