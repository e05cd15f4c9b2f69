"""What kuaidi100 pushes (protocols §4.3): a form of `param` and `sign`, each time with all scans."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ...machine import Status
from ..port import Push, PushRefused, Scan
from ..reading import content_of, number_of, text_of
from . import codes, signing
from .traces import scans_of

ABORT = "abort"
OVER = ("shutdown", ABORT)
log = logging.getLogger(__name__)


def read(form: Mapping[str, str], *, salt: str, now: datetime) -> Push | None:
    """None: about no parcel, or nothing of it. Raises PushRefused."""
    param = form.get("param", "")
    if not signing.is_signed(param, salt, form.get("sign", "")):
        raise PushRefused("a wrong signature" if form.get("sign") else "no signature")
    content = content_of(param)
    result = content.get("lastResult")
    if not isinstance(result, dict) or not (number := number_of(result.get("nu"))):
        return None
    status, names = content.get("status"), (result.get("com"), content.get("comOld"), content.get("comNew"))
    scans = scans_of(result)
    if not scans and status != ABORT and codes.code_of(result) not in codes.ANSWERS:
        # Nothing is known of the parcel by it, not even that there is no scan.
        log.warning("a push without a trace: %s", text_of(result.get("message"))[:200])
        return None
    push = Push(
        frozenset(codes.CODES[str(name)] for name in names if str(name) in codes.CODES),
        number,
        scans,
        over=status in OVER,
        in_vain=status == ABORT,
    )
    return _lost(push, now) if status == ABORT and _is_lost(content) else push


def reply(status: int, reason: str) -> Mapping[str, Any]:
    return {"result": status == 200, "returnCode": str(status), "message": reason or "成功"}


def _is_lost(content: Mapping[str, Any]) -> bool:
    return codes.LOST in str(content.get("message", "")).replace(" ", "")


def _lost(push: Push, now: datetime) -> Push:
    """Dated by the last scan, so that the same word twice is one scan."""
    at = max((scan.at for scan in push.scans), default=now)
    return replace(push, scans=(*push.scans, Scan(at, Status.LOST, "60天无变化")))
