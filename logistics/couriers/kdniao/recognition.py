"""Whose a number is (单号识别, protocols §5)."""

from collections.abc import Mapping
from typing import Any

from ..port import CourierError, Fault
from ..reading import rows_of, text_of
from . import codes
from .traces import is_success

RECOGNISE = "2002"
# JD is recognised as every other; only its traces are not asked for.
_CODES = codes.CODES | {"JD": "jd"}


def couriers_of(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Raises CourierError. Where it names none, it says so by an empty list, were it a failure there."""
    reason = text_of(answer.get("Reason"))[:200]
    if not is_success(answer) and (reason or not isinstance(answer.get("Shippers"), list)):
        fault = codes.fault_of(reason)
        if fault == Fault.KEY:
            raise CourierError(f"kdniao: {reason}", fault, retry_after=codes.LATER)
        if fault == Fault.DOWN:
            raise CourierError(f"kdniao: {reason or 'no reason'}", fault)
        return ()
    names = (str(row.get("ShipperCode")).strip() for row in rows_of(answer.get("Shippers")))
    return tuple(dict.fromkeys(_CODES[name] for name in names if name in _CODES))
