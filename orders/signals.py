"""News for the layers above, sent inside the transaction. sender=Order, orders, proven, actor, now."""

from django.dispatch import Signal

# `orders`: one or many locked orders, reported by a courier or because the receipt was confirmed.
orders_delivered = Signal()
