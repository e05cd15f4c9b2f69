"""Which tracking numbers say something of the parcel that has them, and from when on."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from kernel.numbers import NumberKey, comparable

from .couriers import Scan
from .models import Parcel

if TYPE_CHECKING:
    from django.db.models import QuerySet


def no_number(text: str) -> bool:
    """“none”, “later”, “0000”, “111111”: numbers have no format, but these are none."""
    digits = re.sub(r"\D", "", comparable(text))
    return not digits.strip("0") or (len(digits) >= 5 and len(set(comparable(text))) == 1)


def borrowed(parcels: Iterable[Parcel], *, corrected: "QuerySet[Parcel] | None" = None) -> set[int]:
    """The ids of those whose number is another parcel's: an earlier one of the order has it, which goes another
    direction, or was delivered before this one was sent. Two of one direction that travel at once are one box, or a
    number that was typed again. `corrected`: parcels whose number may be repeated even so. One statement."""
    rows = list(parcels)
    if not rows:
        return set()
    delivered_before = Q(delivered_at__lte=OuterRef("sent_at"))
    if corrected is not None:
        delivered_before &= ~Q(pk__in=corrected.values("pk"))
    earlier = _earlier().filter(~Q(kind=OuterRef("kind")) | delivered_before)
    same = Parcel.objects.filter(shop_id__in={row.shop_id for row in rows}, pk__in=[row.pk for row in rows])
    return set(same.filter(Exists(earlier)).values_list("pk", flat=True))


def own_scans(parcel: Parcel, scans: Sequence[Scan], *, now: datetime) -> list[Scan]:
    """Without those that are another parcel's, because couriers give their numbers again and people type old ones, and
    without those in the future. `parcel`: with its order.

    What was sent before the parcel was is not this parcel. Only of the goods that were ordered the number is often
    typed late: of those counts what came after the order was placed, unless the order had this number already.
    """
    since = _second(parcel.sent_at)
    late = [scan for scan in scans if _second(parcel.order.placed_at) <= scan.at < since]
    first = parcel.kind == Parcel.Kind.OUTBOUND and parcel.replaces_id is None
    if late and first and not _is_repeated(parcel):
        since = _second(parcel.order.placed_at)
    return [scan for scan in scans if since <= scan.at <= now]


def _second(at: datetime) -> datetime:
    """Couriers tell whole seconds."""
    return at.replace(microsecond=0)


def _is_repeated(parcel: Parcel) -> bool:
    return Parcel.objects.filter(Exists(_earlier()), shop_id=parcel.shop_id, pk=parcel.pk).exists()


def _earlier() -> "QuerySet[Parcel]":
    """The earlier parcels of the order with the number of the outer row."""
    same_order = Parcel.objects.filter(
        shop_id=OuterRef("shop_id"), order_id=OuterRef("order_id"), pk__lt=OuterRef("pk")
    )
    return same_order.alias(key=NumberKey("tracking_no")).filter(key=NumberKey(OuterRef("tracking_no")))
