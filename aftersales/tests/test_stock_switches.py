"""S-153: the three switches of a shop's stock, in every position: what the quote calls possible is taken."""

from itertools import product
from typing import Any

import pytest

from aftersales import services
from kernel.errors import NotEligible
from orders.models import Order, Stock
from tests.desk import Desk
from tests.world import NOW, World

pytestmark = pytest.mark.django_db
SWITCHES = ("exchange_only_in_stock", "exchange_lock_stock", "exchange_deduct_offline")


def reserved() -> int:
    return sum(Stock.objects.values_list("reserved", flat=True))


@pytest.mark.parametrize("positions", list(product([True, False], repeat=3)))
@pytest.mark.parametrize("type_", ["exchange", "reissue"])
def test_quote_and_application_agree(world: World, type_: str, positions: tuple[bool, bool, bool]) -> None:
    desk, (only, lock, _deduct) = Desk(world), positions
    for code in ("TEE", "CAP"):
        world.sku(code, on_hand=1)
    switches: dict[str, Any] = dict(zip(SWITCHES, positions, strict=True))
    world.revise_policy(**switches)
    for shelf, units in product(range(5), (1, 2)):
        order = Order.objects.get(pk=world.delivered(lines=[("TEE", "10.00", 2), ("CAP", "10.00", 2)]).pk)
        Stock.objects.update(on_hand=shelf, reserved=0)
        # Both lines of the exchange ask for the same goods, those of the reissue each for its own.
        sku, reason = ("TEE", "quality") if type_ == "exchange" else ("", "missing")
        asked = desk.application(order, type_, reason, quantity=units, exchange_sku=sku)
        quote = services.quote(order, asked, actor=desk.buyer, now=NOW)
        enough = shelf >= (2 * units if sku else units)
        assert quote.reasons == (["out_of_stock"] if only and not enough else []), (shelf, units)
        if quote.reasons:
            with pytest.raises(NotEligible) as refused:
                services.apply(order, asked, actor=desk.buyer, now=NOW)
            assert refused.value.reasons == quote.reasons
            assert reserved() == 0
            continue
        services.apply(order, asked, actor=desk.buyer, now=NOW)
        # A line for which too little is left goes without a reservation.
        covered = min(shelf // units, 2) if sku else 2 * (shelf >= units)
        assert reserved() == (covered * units if lock else 0), (shelf, units)
