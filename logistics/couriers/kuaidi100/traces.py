"""A trace as kuaidi100 writes it, newest scan first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ..port import Scan
from .codes import status_of

BEIJING = ZoneInfo("Asia/Shanghai")


def scans_of(result: Mapping[str, Any]) -> tuple[Scan, ...]:
    """Oldest first; of those of one second the one that is listed last, because the newest is listed first. A row that
    cannot be read is left out: the others are still worth having. Where rows have no code of their own, the state of
    the whole is that of the newest."""
    rows = result.get("data")
    rows = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, Sequence) else []
    scans = []
    for place, row in enumerate(rows):
        at = _time(row.get("time"))
        if at is None:
            continue
        code = str(row.get("statusCode") or (result.get("state", "") if place == 0 else ""))
        scans.append(Scan(at, status_of(code), _text(row.get("context"))))
    scans.reverse()
    return tuple(sorted(scans, key=lambda scan: scan.at))


def _text(words: object) -> str:
    """Without what no database stores (NUL, halves of a character) and nobody reads."""
    letters = (letter if letter.isprintable() else " " for letter in str(words or ""))
    return " ".join("".join(letters).split())


def _time(text: object) -> datetime | None:
    try:
        return datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
    except ValueError:
        return None
