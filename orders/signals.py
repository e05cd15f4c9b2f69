"""News for the layers above, sent inside the transaction. sender=Order, order, actor, now."""

from django.dispatch import Signal

order_delivered = Signal()  # by a courier's word, or because the buyer confirmed the receipt
