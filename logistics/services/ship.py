from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.errors import Conflict, Forbidden, IllegalTransition, Invalid
from kernel.machine import who_may
from orders import services as orders
from orders.machine import Status as OrderStatus
from orders.models import Order

from ..models import Parcel
from .parcels import create_parcel
from .resend import resend

Wanted = Sequence[int | dict[str, Any]] | None


def ship(
    order: Order,
    *,
    courier: str = "",
    tracking_no: str = "",
    lines: Wanted = None,
    replaces: int | str | None = None,
    actor: Actor,
    now: datetime,
) -> Order:
    """Goods leave for the buyer: all that may leave, or `lines` of a split shipment; or a parcel is sent again.

    Goods that are asked back stay (409); an approved refund and a shipment never both win, because both hold
    the order's lock. Virtual goods need no waybill and make no parcel (S-170).
    """
    if actor.kind not in who_may(Order, "ship"):
        raise Forbidden()
    with transaction.atomic():
        order = orders.lock(order.pk, like=order)
        if replaces not in (None, ""):
            return resend(order, replaces, courier=courier, tracking_no=tracking_no, actor=actor, now=now)
        if order.status != OrderStatus.PAID:
            raise IllegalTransition("ship", order.status, order.allowed(actor.kind))
        units = _units(order, lines)
        goods = _goods(order, units)
        if goods:
            create_parcel(
                order, Parcel.Kind.OUTBOUND, courier=courier, tracking_no=tracking_no, units=goods, actor=actor, now=now
            )
        return orders.mark_shipped(order, units, actor=actor, now=now)


def _units(order: Order, lines: Wanted) -> dict[int, int]:
    """Line id → units to ship now."""
    left = orders.shippable(order)
    if not left:
        raise Conflict(_("Nothing is left to ship: a refund covers every unit that has not left yet."))
    if lines is None:
        return left
    units: dict[int, int] = {}
    for entry in lines:
        line_id, quantity = _entry(entry, left)
        units[line_id] = units.get(line_id, 0) + quantity
    _check(order, units, left)
    return units


def _entry(entry: int | dict[str, Any], left: dict[int, int]) -> tuple[int, int]:
    if isinstance(entry, dict):
        return int(entry["line_id"]), int(entry.get("quantity") or left.get(int(entry["line_id"]), 0))
    return int(entry), left.get(int(entry), 0)


def _check(order: Order, units: dict[int, int], left: dict[int, int]) -> None:
    if not units:
        raise Invalid(errors={"lines": [_("Name at least one line, or leave the field out to ship everything.")]})
    own = set(order.lines.values_list("id", flat=True))
    if not own.issuperset(units):
        raise Invalid(errors={"lines": [_("The order has no such line.")]})
    if any(not 1 <= quantity <= left.get(line_id, 0) for line_id, quantity in units.items()):
        raise Conflict(
            _("More units than may leave: some have left already or are asked back. Reload the order."),
            details={"shippable": {str(line_id): quantity for line_id, quantity in left.items()}},
        )


def _goods(order: Order, units: dict[int, int]) -> dict[int, int]:
    virtual = set(order.lines.filter(virtual=True).values_list("id", flat=True))
    return {line_id: quantity for line_id, quantity in units.items() if line_id not in virtual}
