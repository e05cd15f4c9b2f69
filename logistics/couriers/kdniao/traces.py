"""A trace as kdniao writes it, oldest scan first."""

from collections.abc import Mapping
from typing import Any

from .. import reading
from ..port import Fault, Scan
from . import codes


def is_success(result: Mapping[str, Any]) -> bool:
    return str(result.get("Success")).lower() == "true"


def fault_of(result: Mapping[str, Any]) -> Fault | None:
    """None: it tells of the parcel, were it that there is no scan yet, which counts as a failure there."""
    return None if is_success(result) else codes.fault_of(str(result.get("Reason") or ""))


def scans_of(result: Mapping[str, Any]) -> tuple[Scan, ...]:
    """Oldest first. Where rows have no code of their own, the state of the parcel is that of the newest."""
    rows = reading.rows_of(result.get("Traces"))
    state = result.get("StateEx") or result.get("State") or ""
    last = len(rows) - 1
    return reading.scans_of(
        (
            row.get("AcceptTime"),
            row.get("AcceptStation"),
            codes.status_of(str(row.get("Action") or (state if place == last else ""))),
        )
        for place, row in enumerate(rows)
    )
