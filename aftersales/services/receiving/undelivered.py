from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from kernel.actors import Actor
from logistics import services as logistics
from logistics.models import Parcel

from ...states import Type
from ..parcels import ticket_of


def count_undelivered(
    parcel: Parcel, *, units: Iterable[Mapping[str, Any]], note: str = "", actor: Actor, now: datetime
) -> Parcel:
    """A parcel to the buyer that is back at the shop (`logistics.services.count_undelivered`). Repaired goods are the
    buyer's and go on no shelf. What was paid or is owed for the goods stays with their ticket."""
    ticket = ticket_of(parcel) if parcel.kind == Parcel.Kind.REPLACEMENT else None
    ours = ticket is None or ticket.type != Type.REPAIR
    return logistics.count_undelivered(parcel, units, note=note, restock=ours, actor=actor, now=now)
