"""A source that says whose a number is, for tests of pages; over sockets it is asked in `logistics/tests/tracks`."""

from dataclasses import dataclass, field

import pytest

from kernel.calls import Deadline
from logistics import couriers, likely
from logistics.couriers import CourierError, Fault, Manual


@dataclass
class Knowing(Manual):
    """`says`: the couriers of every number; None: it does not answer."""

    says: tuple[str, ...] | None = ()
    asked: list[str] = field(default_factory=list)

    def recognise(self, *, tracking_no: str, deadline: Deadline) -> tuple[str, ...]:
        self.asked.append(tracking_no)
        if self.says is None:
            raise CourierError("no answer", Fault.DOWN)
        return self.says


def connect(monkeypatch: pytest.MonkeyPatch, *says: str, down: bool = False) -> Knowing:
    """The source, until the end of the test."""
    source = Knowing(None if down else says)
    monkeypatch.setattr(couriers, "_COURIER", source)
    likely.breaker_of(source.name).succeeded()
    return source
