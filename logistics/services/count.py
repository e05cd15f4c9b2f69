"""A parcel that came back to the shop undelivered: counted, its goods go on the shelf again."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.errors import Conflict, Forbidden, Invalid
from kernel.machine import advance, allowed_actors, update_columns
from orders import services as orders
from orders.services import stock

from ..machine import Status
from ..models import Parcel, ParcelLine
from .report import report

AS_NEW, RESELLABLE = "as_new", "resellable"
CONDITIONS = (AS_NEW, RESELLABLE, "damaged", "missing")
# What is in any other parcel is the buyer's, or counted with its ticket.
OURS = (Parcel.Kind.OUTBOUND, Parcel.Kind.REPLACEMENT)


@transaction.atomic
def count_undelivered(
    parcel: Parcel, units: Iterable[Mapping[str, Any]], *, note: str = "", restock: bool = True, actor: Actor,
    now: datetime,
) -> Parcel:  # fmt: skip
    """`units`: [{line_id, quantity, condition}] with `CONDITIONS`; what is not named is missing. Whoever counts it has
    it in their hands: one that was on the way or lost has come back. `restock` False: its goods are not the shop's. 409
    where it reached the buyer, was counted or sent again."""
    if actor.kind not in allowed_actors(Parcel, "count"):
        raise Forbidden()
    orders.lock(parcel.order_id, shop_id=parcel.shop_id)
    fresh = Parcel.locked(parcel.pk, shop_id=parcel.shop_id)
    _check(fresh)
    if fresh.status != Status.RETURNED:
        fresh = report(fresh, status=Status.RETURNED, actor=actor, now=now)
    lines = list(fresh.lines.select_related("line"))
    _tally(lines, units)
    if restock:
        update_columns(lines, ["as_new_quantity", "resellable_quantity"])
        for inside in lines:
            back = {"as_new": inside.as_new_quantity, "resellable": inside.resellable_quantity}
            if any(back.values()):
                stock.restock(inside.sku_id or inside.line.sku_id, **back, shop_id=inside.shop_id)
    moved: Parcel = advance(fresh.count, actor=actor, now=now, note=note)
    return moved


def _check(parcel: Parcel) -> None:
    if parcel.kind not in OURS:
        raise Conflict(_("Goods that a buyer sends back are received with their ticket."))
    if parcel.status == Status.DELIVERED:
        raise Conflict(_("This parcel reached the buyer."))
    if parcel.counted_at is not None:
        raise Conflict(_("This parcel was already counted."))
    if Parcel.objects.filter(shop_id=parcel.shop_id, replaces=parcel).exists():
        raise Conflict(_("This parcel has already been resent."))


def _tally(lines: list[ParcelLine], units: Iterable[Mapping[str, Any]]) -> None:
    by_line, named = {inside.line_id: inside for inside in lines}, dict.fromkeys((i.line_id for i in lines), 0)
    for unit in units:
        inside = by_line.get(unit["line_id"])
        if inside is None:
            raise Invalid(errors={"units": [_("The parcel doesn't have that line.")]})
        named[inside.line_id] += unit["quantity"]
        if named[inside.line_id] > inside.quantity:
            raise Invalid(errors={"units": [_("More units than were in the parcel. Count them again.")]})
        if unit["condition"] == AS_NEW:
            inside.as_new_quantity += unit["quantity"]
        elif unit["condition"] == RESELLABLE:
            inside.resellable_quantity += unit["quantity"]


def take_off_the_shelf(parcel: Parcel, units: Mapping[int, int] | None = None) -> None:
    """Before a counted parcel is sent again. `units`: line id → how many leave, where they are fewer than were in it.
    What is resellable stays: it is never sent as new (D-4 art. 25)."""
    if parcel.counted_at is None:
        return
    for inside in parcel.lines.select_related("sku", "line__sku"):
        leaving = inside.as_new_quantity if units is None else min(inside.as_new_quantity, units.get(inside.line_id, 0))
        if leaving:
            stock.deduct(inside.sku or inside.line.sku, leaving)
