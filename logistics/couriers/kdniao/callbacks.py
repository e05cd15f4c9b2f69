"""What kdniao pushes (protocols §5): a form of `RequestData` and `DataSign`, with all scans of up to ten parcels."""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ..port import Push, PushRefused
from ..reading import BEIJING, content_of, number_of, rows_of, text_of
from . import codes, signing
from .traces import fault_of, scans_of

MAX_PARCELS = 10
log = logging.getLogger(__name__)


def read(form: Mapping[str, str], *, key: str) -> tuple[Push, ...]:
    """Raises PushRefused. Pushes about anything but traces are genuine, and about no parcel."""
    data = form.get("RequestData", "")
    if not signing.is_signed(data, key, form.get("DataSign", "")):
        raise PushRefused("a wrong signature" if form.get("DataSign") else "no signature")
    items = rows_of(content_of(data).get("Data"))
    if len(items) > MAX_PARCELS:
        raise PushRefused("too many parcels")
    return tuple(_pushes(items)) if form.get("RequestType") in codes.PUSHES else ()


def reply(business_id: str, status: int, reason: str, *, now: datetime) -> Mapping[str, Any]:
    moment = f"{now.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
    return {"EBusinessID": business_id, "UpdateTime": moment, "Success": status == 200, "Reason": reason}


def _pushes(items: Iterable[Mapping[str, Any]]) -> Iterable[Push]:
    for item in items:
        number = number_of(item.get("LogisticCode"))
        if not number:
            continue
        scans = scans_of(item)
        if not scans and fault_of(item):
            # Nothing is known of the parcel by it, not even that there is no scan.
            log.warning("a push without a trace: %s", text_of(item.get("Reason"))[:200])
            continue
        courier = codes.CODES.get(str(item.get("ShipperCode")))
        yield Push(frozenset({courier} if courier else ()), number, scans)
