"""Who waits for a word on an order. The messages themselves belong to the layer above."""

from datetime import datetime

from ..models import Order


def in_turn(shop_id: int, order_id: int) -> None:
    """Until the transaction ends nobody else writes on this order or its tickets."""
    Order.objects.select_for_update(no_key=True).filter(shop_id=shop_id, pk=order_id).values_list("pk").get()


def asked(shop_id: int, order_id: int, *, now: datetime) -> None:
    """The buyer asked something. Who waits already waits since their first question."""
    Order.objects.filter(shop_id=shop_id, pk=order_id, buyer_waits_since=None).update(buyer_waits_since=now)


def answered(shop_id: int, order_id: int) -> None:
    """The shop wrote to the buyer."""
    waiting = Order.objects.filter(shop_id=shop_id, pk=order_id, buyer_waits_since__isnull=False)
    waiting.update(buyer_waits_since=None)
