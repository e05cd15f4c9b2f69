from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.errors import Conflict, Forbidden, IllegalTransition, Invalid
from kernel.machine import allowed_actors
from kernel.numbers import comparable
from orders import services as orders
from orders.machine import Status as OrderStatus
from orders.models import Order

from ..models import Parcel
from .parcels import create_parcel, waybill
from .resend import resend

LineRequest = Sequence[int | Mapping[str, Any]] | None


def ship(
    order: Order,
    *,
    courier: str = "",
    tracking_no: str = "",
    lines: LineRequest = None,
    replaces: int | str | None = None,
    actor: Actor,
    now: datetime,
) -> Order:
    """Goods leave for the buyer: all that may leave, or `lines` of a split shipment; or a parcel is sent again.

    Goods that are asked back stay (409); an approved refund and a shipment never both win, because both hold
    the order's lock. Virtual goods need no waybill and make no parcel (S-170).
    """
    if actor.kind not in allowed_actors(Order, "ship"):
        raise Forbidden()
    with transaction.atomic():
        order = orders.lock(order.pk, shop_id=order.shop_id, like=order)
        if replaces not in (None, ""):
            return resend(order, replaces, courier=courier, tracking_no=tracking_no, actor=actor, now=now)
        units, goods = _leaving(order, lines, actor)
        if goods:
            create_parcel(
                order, Parcel.Kind.OUTBOUND, courier=courier, tracking_no=tracking_no, units=goods, actor=actor, now=now
            )
        return orders.mark_shipped(order, units, actor=actor, now=now)


def check_ship(order: Order, *, courier: str, tracking_no: str, lines: LineRequest = None, actor: Actor) -> None:
    """Raises what `ship` would, judged from this copy of the order and its (prefetched) lines: for a preview of many.
    `ship` judges again, under the lock."""
    if actor.kind not in allowed_actors(Order, "ship"):
        raise Forbidden()
    _units_left, goods = _leaving(order, lines, actor)
    if goods:
        waybill(courier, tracking_no)


def ship_once(
    order: Order, *, courier: str, tracking_no: str, lines: LineRequest = None, actor: Actor, now: datetime
) -> bool:
    """`ship`, for lists that come twice. False, and nothing happens, where a parcel of this order has this number."""
    with transaction.atomic():
        order = orders.lock(order.pk, shop_id=order.shop_id, like=order)
        if comparable(tracking_no) in sent_under([order.pk])[order.pk]:
            return False
        ship(order, courier=courier, tracking_no=tracking_no, lines=lines, actor=actor, now=now)
        return True


def sent_under(order_ids: Iterable[int]) -> defaultdict[int, set[str]]:
    """Order id → the numbers of its parcels to the buyer, as numbers are compared."""
    parcels = Parcel.objects.filter(order_id__in=order_ids, kind=Parcel.Kind.OUTBOUND)
    numbers: defaultdict[int, set[str]] = defaultdict(set)
    for order_id, tracking_no in parcels.values_list("order_id", "tracking_no"):
        numbers[order_id].add(comparable(tracking_no))
    return numbers


def _leaving(order: Order, lines: LineRequest, actor: Actor) -> tuple[dict[int, int], dict[int, int]]:
    """Line id → units: what would leave, and what of it in a parcel."""
    if order.status != OrderStatus.PAID:
        raise IllegalTransition.of_machine("ship", order.status, order.allowed_to(actor))
    units = _units(order, lines)
    return units, _goods(order, units)


def _units(order: Order, lines: LineRequest) -> dict[int, int]:
    """Line id → units to ship now."""
    left = orders.shippable(order)
    if not left:
        raise Conflict(_("There's nothing left to ship: everything that hasn't left is being refunded."))
    if lines is None:
        return left
    units: dict[int, int] = {}
    for entry in lines:
        line_id, quantity = _entry(entry, left)
        # A line named twice counts together, or two halves would pass the check below.
        units[line_id] = units.get(line_id, 0) + quantity
    _check(order, units, left)
    return units


def _entry(entry: int | Mapping[str, Any], left: dict[int, int]) -> tuple[int, int]:
    if isinstance(entry, Mapping):
        return int(entry["line_id"]), int(entry.get("quantity") or left.get(int(entry["line_id"]), 0))
    return int(entry), left.get(int(entry), 0)


def _check(order: Order, units: dict[int, int], left: dict[int, int]) -> None:
    if not units:
        raise Invalid(errors={"lines": [_("Name at least one line, or leave this out to ship everything.")]})
    # First, so that a line of another order is an invalid input and no conflict (A3).
    own = {line.pk for line in order.lines.all()}
    if not own.issuperset(units):
        raise Invalid(errors={"lines": [_("The order doesn't have that line.")]})
    if any(not 1 <= quantity <= left.get(line_id, 0) for line_id, quantity in units.items()):
        raise Conflict(
            _("More units than can ship: some have already left or are being refunded. Reload the order."),
            details={"shippable": {str(line_id): quantity for line_id, quantity in left.items()}},
        )


def _goods(order: Order, units: dict[int, int]) -> dict[int, int]:
    virtual = {line.pk for line in order.lines.all() if line.virtual}
    return {line_id: quantity for line_id, quantity in units.items() if line_id not in virtual}
