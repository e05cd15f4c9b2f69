"""The units of an exchange become an order line of their own (B-15). The caller holds the order's lock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import F, Max

from kernel.money import ZERO

from ..models import Order, OrderLine, Sku
from ..warranty.terms import Terms, key, of_line, of_sku, terms_of

_TEXTS = ("title", "title_en", "spec", "spec_en", "category", "image_url")
_FLAGS = ("virtual", "exchange_excluded", "no_reason_exempt")


@dataclass(frozen=True)
class Replacement:
    """What the buyer holds instead of units of a line. `moved` is the money of those units; `difference` was paid on
    top, along the payment `payment_id`. `list_paid`: the list price of one unit that all of it stands for (F-9)."""

    sku: Sku
    quantity: int
    unit_price: Decimal
    list_paid: Decimal
    moved: Decimal
    points: int
    difference: Decimal = ZERO
    payment_id: int | None = None


def add_replacement(
    order: Order, old: OrderLine, new: Replacement, *, delivered_at: datetime, now: datetime
) -> OrderLine:
    """Texts and flags are those of the SKU as it is now: that is what the buyer has in hands. Its window begins anew
    (D-5), at the end of the exchange, and its warranty with the delivery; what was sold with a longer one keeps it."""
    terms = terms_of(old.shop_id, [new.sku.category]).get(key(new.sku.category), Terms()).longest(of_sku(new.sku))
    if new.sku.pk == old.sku_id:
        terms = terms.longest(of_line(old))
    last = OrderLine.objects.filter(shop_id=old.shop_id, order_id=old.order_id).aggregate(last=Max("position"))["last"]
    return OrderLine.objects.create(
        shop_id=old.shop_id,
        order_id=old.order_id,
        position=last + 1,
        replaces=old,
        kind=old.kind,
        sku=new.sku,
        **{name: getattr(new.sku, name) for name in (*_TEXTS, *_FLAGS)},
        **terms.columns(),
        # What was confirmed at purchase was confirmed of that SKU alone.
        exempt_confirmed=old.exempt_confirmed and new.sku.pk == old.sku_id,
        unit_price=new.unit_price,
        list_paid=new.list_paid,
        quantity=new.quantity,
        shipped_quantity=new.quantity,
        points=new.points,
        paid_amount=new.moved + new.difference,
        difference_payment_id=new.payment_id,
        difference_paid=new.difference,
        window_ends_at=now + timedelta(days=order.policy.window_days),
        # The exchange is over: by the buyer's word, or because nothing was said against it in time.
        delivered_at=delivered_at,
        delivery_proven=True,
    )


def use_differences(shop_id: int, along: dict[int, Decimal]) -> None:
    """Line id → what of the difference that was paid for it goes back now (`refunds.amounts.along_differences`)."""
    for pk, amount in along.items():
        line = OrderLine.objects.filter(shop_id=shop_id, pk=pk)
        line.update(difference_refunded=F("difference_refunded") + amount)
