"""Numbers typed in by people, scans reported over the API: no courier is asked."""

from collections.abc import Mapping
from datetime import datetime

from kernel.calls import Deadline

from .port import Push, PushRefused, Scan


class Manual:
    codes: frozenset[str] = frozenset()
    pushes = False

    def trace(self, *, courier: str, tracking_no: str, phone: str, deadline: Deadline) -> tuple[Scan, ...]:
        return ()

    def subscribe(self, *, courier: str, tracking_no: str, phone: str, deadline: Deadline) -> None:
        """Nobody pushes anything."""

    def read_push(self, form: Mapping[str, str], *, now: datetime) -> Push | None:
        raise PushRefused("nobody pushes here")
