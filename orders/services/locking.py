from kernel.errors import NotFound

from ..models import Order


def lock(order_id: int) -> Order:
    """The one aggregate lock: whoever touches two rows below an order takes the order first.

    Call inside a transaction. FOR NO KEY UPDATE, so that rows pointing at the order can be inserted meanwhile.
    """
    try:
        return Order.locked(order_id)
    except Order.DoesNotExist:
        raise NotFound() from None
