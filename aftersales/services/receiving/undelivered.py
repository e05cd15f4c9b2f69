from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.errors import Conflict
from logistics import services as logistics
from logistics.models import Parcel
from orders import services as orders

from ...models import TicketParcel
from ...states import Type


@transaction.atomic
def count_undelivered(
    parcel: Parcel, *, units: Iterable[Mapping[str, Any]], note: str = "", actor: Actor, now: datetime
) -> Parcel:
    """A parcel to the buyer that is back at the shop (`logistics.services.count_undelivered`). Repaired goods are the
    buyer's and go on no shelf; 409 for a replacement of which another one was sent since. What was paid or is owed for
    the goods stays with their ticket."""
    orders.lock(parcel.order_id, shop_id=parcel.shop_id)
    links = TicketParcel.objects.filter(shop_id=parcel.shop_id, parcel=parcel).select_related("ticket")
    link = links.first() if parcel.kind == Parcel.Kind.REPLACEMENT else None
    if link is not None and not link.is_current:
        raise Conflict(_("This parcel has already been resent."))
    ours = link is None or link.ticket.type != Type.REPAIR
    return logistics.count_undelivered(parcel, units, note=note, restock=ours, actor=actor, now=now)
