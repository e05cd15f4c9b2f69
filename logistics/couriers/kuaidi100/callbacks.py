"""What kuaidi100 pushes (protocols §4.3): a form of `param` and `sign`, each time with all scans."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from kernel.numbers import fault_of, trimmed

from ...machine import Status
from ..port import Push, PushRefused, Scan
from . import codes, signing
from .traces import scans_of

OVER = ("shutdown", "abort")


def read(form: Mapping[str, str], *, salt: str, now: datetime) -> Push | None:
    """Raises PushRefused."""
    param = form.get("param", "")
    if not signing.is_signed(param, salt, form.get("sign", "")):
        raise PushRefused("a wrong signature" if form.get("sign") else "no signature")
    try:
        content = json.loads(param)
    except (ValueError, RecursionError):
        raise PushRefused("not readable") from None
    result = content.get("lastResult") if isinstance(content, dict) else None
    if not isinstance(result, dict):
        return None
    number = trimmed(str(result.get("nu") or ""))
    if not number or fault_of(number):
        return None
    status, names = content.get("status"), (result.get("com"), content.get("comOld"), content.get("comNew"))
    push = Push(
        frozenset(codes.CODES[str(name)] for name in names if str(name) in codes.CODES),
        number,
        scans_of(result),
        over=status in OVER,
    )
    return _lost(push, now) if status == "abort" and _is_lost(content) else push


def _is_lost(content: Mapping[str, Any]) -> bool:
    return codes.LOST in str(content.get("message", "")).replace(" ", "")


def _lost(push: Push, now: datetime) -> Push:
    """Dated by the last scan, so that the same word twice is one scan."""
    at = max((scan.at for scan in push.scans), default=now)
    return replace(push, scans=(*push.scans, Scan(at, Status.LOST, "60天无变化")))
