from collections.abc import Callable
from typing import TypeVar

from django.db.models import Max

from orders.models import Order

from ..models import Refund

T = TypeVar("T")


def reserved_by(order: Order, step: Callable[[], T]) -> tuple[T, list[Refund]]:
    """What `step` answered, and the refunds of the order that it has reserved: the money that leaves by it."""
    rows = Refund.objects.filter(shop_id=order.shop_id, payment__order_id=order.pk)
    last = rows.aggregate(last=Max("pk"))["last"] or 0
    result = step()
    return result, list(rows.filter(pk__gt=last).select_related("payment").order_by("pk"))
