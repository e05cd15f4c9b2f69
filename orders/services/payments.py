from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.errors import Conflict, Invalid
from kernel.machine import advance
from kernel.money import cents
from kernel.numbers import comparable

from ..models import Order, Payment
from ..models.payment import Purpose
from ..signals import payments_stored
from .locking import lock


def must_add_up(amount: Decimal, paid: Decimal, field: str) -> None:
    if paid != amount:
        text = _("The payments add up to %(paid)s, but %(amount)s is due.") % {"paid": paid, "amount": amount}
        raise Invalid(errors={field: [text]})


def check_transaction(shop_id: int, data: Mapping[str, Any]) -> None:
    """409 where the transaction pays another order already: several of one shop only when each of its payments names
    the same `shared_total`, and then not more than that in all; never orders of two shops. Call before the payment is
    stored, in its transaction."""
    channel, number, shared = data["channel"], data["transaction_no"], data.get("shared_total")
    with connection.cursor() as cursor:
        # Two orders may come in at once, and there is no row yet that both could lock.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{channel}\x1f{comparable(number)}"])
    paid, others = cents(data["amount"]), Payment.objects.filter(channel=channel, transaction_no__same_number=number)
    for other_shop, captured, total in others.values_list("shop_id", "captured", "shared_total"):
        if other_shop != shop_id or shared is None or total != shared:
            raise Conflict(
                _(
                    "This payment has already been recorded. If one payment covers several orders, use the same "
                    "shared_total in each."
                )
            )
        paid += captured
    if shared is not None and paid > shared:
        raise Conflict(_("The payments of this transaction add up to more than its shared_total."))


def add_payment(order: Order, data: Mapping[str, Any], *, purpose: str, actor: Actor, now: datetime) -> Payment:
    """One tender: `{channel, transaction_no, amount, paid_at?, shared_total?}`. 409 for a number that is known."""
    check_transaction(order.shop_id, data)
    try:
        # A savepoint, so that the caller can go on after the IntegrityError.
        with transaction.atomic():
            payment = Payment.objects.create(
                order=order,
                purpose=purpose,
                channel=data["channel"],
                transaction_no=data["transaction_no"],
                captured=cents(data["amount"]),
                paid_at=data.get("paid_at") or now,
                shared_total=data.get("shared_total"),
            )
    except IntegrityError:
        raise Conflict(_("This payment is already recorded.")) from None
    payments_stored.send(sender=Payment, transactions=[(payment.channel, payment.transaction_no)])
    return payment


@transaction.atomic
def pay(order: Order, data: Mapping[str, Any], *, actor: Actor, now: datetime) -> Order:
    order = lock(order.pk, shop_id=order.shop_id, like=order)
    # The machine first: an order that is paid already answers 409, whatever the amount.
    moved = advance(order.pay, actor=actor, now=now, paid_at=data.get("paid_at") or now)
    must_add_up(order.amount, cents(data["amount"]), "amount")
    add_payment(order, data, purpose=Purpose.ORDER, actor=actor, now=now)
    return moved
