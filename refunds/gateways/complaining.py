"""What a payment channel has to offer about buyers' complaints: one by its number, and all of the last days. Beside the
port of refunds. Answering one is done in the channel's merchant platform."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol, TypeVar, cast

from .port import Deadline, Gateway, GatewayError

log = logging.getLogger(__name__)
Row = TypeVar("Row")


class ComplaintStatus(StrEnum):
    OPEN = "open"  # the shop has to answer
    ANSWERED = "answered"  # the shop has answered, or the channel's support decides
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ComplaintReport:
    """What a channel says of a complaint. `channel_status`: its own word for it. `transactions`: the payments that it
    is about. `amount`: what the buyer asks for; None where the channel does not say it. `fully_refunded`: the channel
    says that these payments were wholly paid back, by whomever. Phone and pictures of the buyer are not read."""

    complaint_no: str
    status: ComplaintStatus
    channel_status: str
    transactions: Sequence[str]
    opened_at: datetime
    reason: str = ""
    text: str = field(default="", repr=False)
    amount: Decimal | None = None
    with_platform: bool = False
    fully_refunded: bool = False


class Complaining(Protocol):
    """Both raise GatewayError where the channel does not answer, or not so that it can be read."""

    def find(self, *, complaint_no: str, deadline: Deadline) -> ComplaintReport | None:
        """None: this account has no such complaint."""
        ...

    def since(self, begin: datetime, end: datetime, *, deadline: Deadline) -> Iterator[ComplaintReport]:
        """Those that were made in that time, page by page."""
        ...


class OffersComplaints(Protocol):
    @property
    def complaints(self) -> Complaining: ...


def complaining(gateway: Gateway | None) -> Complaining | None:
    """None: the channel has no complaints, or is not connected."""
    offers: Any = gateway
    return cast(OffersComplaints, gateway).complaints if hasattr(offers, "complaints") else None


def read_each(rows: Iterable[Row], read: Callable[[Row], ComplaintReport]) -> Iterator[ComplaintReport]:
    """One that cannot be read does not hide those behind it."""
    for row in rows:
        try:
            yield read(row)
        except GatewayError as error:
            log.error("a complaint in a list is left out: %s", error)
