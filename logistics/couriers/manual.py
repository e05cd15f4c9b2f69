"""Numbers typed in by people, scans reported over the API: no courier is asked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kernel.calls import Deadline

from .port import Push, PushRefused, Scan


class Manual:
    name = "manual"
    codes: frozenset[str] = frozenset()
    pushes, max_push = False, 0

    def trace(self, *, courier: str, tracking_no: str, phone: str, deadline: Deadline) -> tuple[Scan, ...]:
        return ()

    def subscribe(self, *, courier: str, tracking_no: str, phone: str, deadline: Deadline) -> None:
        """Nobody pushes anything."""

    def read_push(self, form: Mapping[str, str], *, now: datetime) -> tuple[Push, ...]:
        raise PushRefused("nobody pushes here")

    def reply(self, status: int, reason: str, *, now: datetime) -> Mapping[str, Any]:
        return {}
