from kernel.errors import NotFound

from ..models import Order


def lock(order_id: int, *, shop_id: int, like: Order | None = None) -> Order:
    """The one aggregate lock: whoever touches two rows below an order takes the order first.

    Call inside a transaction. FOR NO KEY UPDATE, so that rows pointing at the order can be inserted meanwhile.
    `like`: an older copy, whose policy, shop and buyer need not be read again.
    """
    try:
        return Order.locked(order_id, shop_id=shop_id, like=like)
    except Order.DoesNotExist:
        raise NotFound() from None
