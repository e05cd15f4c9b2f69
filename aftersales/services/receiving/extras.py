"""Goods in a return parcel that nobody announced: recorded, and shown to both sides. They are the buyer's. Nothing is
paid for them and nothing goes to the shelf; a new request or a parcel back settles what becomes of them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from kernel.errors import Invalid
from orders.services.skus import by_codes

from ...models import ExtraGoods, Ticket

Extra = Mapping[str, Any]
"""{line_id?, sku?, quantity, condition}: a line of the order, or the code of an SKU of the shop; neither where the
goods are not known."""


def record_extras(ticket: Ticket, extras: Iterable[Extra], *, now: datetime) -> int:
    """Answers how many units; 400 for a line of another order and for a code that the shop does not have."""
    extras = list(extras)
    if not extras:
        return 0
    lines = {line.pk for line in ticket.order.lines.all()}
    codes = {extra["sku"] for extra in extras if extra.get("sku")}
    skus = by_codes(ticket.shop_id, codes)
    for extra in extras:
        if extra.get("line_id") and extra["line_id"] not in lines:
            raise Invalid(errors={"extras": [_("The order doesn't have that line.")]})
        if extra.get("sku") and extra["sku"] not in skus:
            raise Invalid(errors={"extras": [_("Your shop doesn't have the SKU %(sku)s.") % {"sku": extra["sku"]}]})
    rows = [
        ExtraGoods(
            ticket=ticket, line_id=extra.get("line_id"), sku=skus.get(extra.get("sku", "")),
            quantity=extra["quantity"], condition=extra["condition"], recorded_at=now,
        )
        for extra in extras
    ]  # fmt: skip
    ExtraGoods.objects.bulk_create(rows)
    return sum(row.quantity for row in rows)
