from collections.abc import Collection

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


def lock_free(order_ids: Collection[int]) -> dict[int, Order]:
    """Those of several orders, of any shop, that nobody else has locked: id → the locked row, with its policy and
    shop. Nobody is waited for, so whoever takes many never holds them up for the sake of one."""
    rows = Order.objects.select_for_update(of=("self",), skip_locked=True, no_key=True).filter(pk__in=order_ids)
    locked = {order.pk: order for order in rows.order_by("pk").prefetch_related("policy", "shop")}
    for order in locked.values():
        order.mark_locked()
    return locked
