"""A trace as kuaidi100 writes it, newest scan first."""

from collections.abc import Mapping
from typing import Any

from .. import reading
from ..port import Scan
from .codes import status_of


def scans_of(result: Mapping[str, Any]) -> tuple[Scan, ...]:
    """Oldest first. Where rows have no code of their own, the state of the parcel is that of the newest."""
    rows = reading.rows_of(result.get("data"))
    newest_first = [
        (row.get("time"), row.get("context"), status_of(_code(row, "" if place else result.get("state", ""))))
        for place, row in enumerate(rows)
    ]
    return reading.scans_of(reversed(newest_first))


def _code(row: Mapping[str, Any], state: object) -> str:
    return str(row.get("statusCode") or state)
