from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.errors import Invalid
from kernel.machine import begin
from kernel.numbers import fault_of, trimmed
from orders.models import Order

from ..models import Parcel, ParcelLine
from ..tracks.follow import follow

TEXT_LENGTH = 64


def waybill(courier: str, tracking_no: str) -> dict[str, str]:
    """Both are needed; neither has a format (contract §4)."""
    values = {"courier": courier.strip(), "tracking_no": trimmed(tracking_no)}
    errors = {name: [text] for name, value in values.items() if (text := _wrong(value))}
    if errors:
        raise Invalid(errors=errors)
    return values


def _wrong(value: str) -> str:
    if not value:
        return _("Enter the courier and tracking number.")
    if len(value) > TEXT_LENGTH or fault_of(value):
        return _("Use up to %(max)d printable characters.") % {"max": TEXT_LENGTH}
    return ""


def create_parcel(
    order: Order,
    kind: str,
    *,
    courier: str,
    tracking_no: str,
    units: dict[int, int],
    skus: Mapping[int, int | None] | None = None,
    return_phone: str = "",
    actor: Actor,
    now: datetime,
    replaces: Parcel | None = None,
) -> Parcel:
    """A parcel on its way with `units` (line id → quantity) in it; `skus`: line id → what is inside where it is
    another SKU than the line's; `return_phone`: of the address that a return goes to. Call with the order locked."""
    bill = waybill(courier, tracking_no)
    parcel = begin(
        Parcel(order=order, kind=kind, sent_at=now, replaces=replaces, return_phone=return_phone, **bill),
        actor=actor,
        now=now,
        data={"kind": kind, **bill},
    )
    ParcelLine.objects.bulk_create(
        ParcelLine(parcel=parcel, line_id=line_id, sku_id=(skus or {}).get(line_id), quantity=quantity)
        for line_id, quantity in units.items()
    )
    follow([parcel])
    return parcel
