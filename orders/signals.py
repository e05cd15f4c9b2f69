"""News for the layers above, sent inside the transaction."""

from django.dispatch import Signal

# sender=Order, orders, proven, actor, now. `orders`: one or many locked orders, reported by a courier or because the
# receipt was confirmed.
orders_delivered = Signal()
# sender=Payment, transactions: channel and number of each payment that is new, of one order or of many.
payments_stored = Signal()
