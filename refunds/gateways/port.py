"""What a payment channel has to offer: two calls, one receipt, one error.

Amounts are Decimal; minor units only inside an adapter.
"""

import time
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, Self


class Outcome(StrEnum):
    SUCCEEDED = "succeeded"
    PROCESSING = "processing"
    NOT_FOUND = "not_found"  # only a query's answer: this number was never carried out and may be sent


@dataclass(frozen=True, slots=True)
class Receipt:
    outcome: Outcome
    gateway_no: str = ""


class GatewayError(Exception):
    """`permanent`: the gateway said that this refund does not and will not happen (a definite failure).

    Everything else, a time-out, a 5xx, a broken answer, a refused login, leaves the outcome unknown: permanent=False.
    `retry_after`: the channel was reached and asks to be left alone with this refund for so long; None: the usual wait.
    """

    def __init__(self, message: str, *, permanent: bool, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.permanent, self.retry_after = permanent, retry_after


@dataclass(frozen=True, slots=True)
class Deadline:
    """When an attempt must be over, in seconds of the monotonic clock, which nobody sets back.

    One deadline covers every call of an attempt: an adapter gives what is left as the time-out of each connection.
    """

    at: float

    @classmethod
    def after(cls, seconds: float) -> Self:
        return cls(time.monotonic() + seconds)

    def left(self) -> float:
        """Seconds, above zero. Raises GatewayError (the outcome stays unknown) once none are left."""
        seconds = self.at - time.monotonic()
        if seconds <= 0:
            raise GatewayError("no time is left for this attempt", permanent=False)
        return seconds


class Gateway(Protocol):
    """Both calls may come twice, at the same time too: a number is carried out at most once.

    Neither answers later than `deadline`: a call that would take longer raises GatewayError with permanent=False.
    """

    def request(
        self,
        *,
        refund_no: str,
        transaction_no: str,
        amount: Decimal,
        total: Decimal,
        currency: str,
        deadline: Deadline,
    ) -> Receipt: ...

    def query(self, *, refund_no: str, transaction_no: str, deadline: Deadline) -> Receipt: ...


class Fault(StrEnum):
    """What can be wrong with the settings of a channel; wording.py has a sentence for each."""

    OFF = "off"
    HALF = "half"
    KEY_FILE = "key_file"
    KEY_PRIVATE = "key_private"
    KEY_PUBLIC = "key_public"
    KEY_PASSWORD = "key_password"  # noqa: S105  (no secret)
    KEY_SHORT = "key_short"
    KEY_OWN = "key_own"
    URL = "url"
    NO_ANSWER = "no_answer"
    ACCOUNT = "account"
    SIGNATURE = "signature"
    CLOCK = "clock"
    REFUSED = "refused"
    FORGED = "forged"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check of a channel's settings came to. `detail`: names of variables, or the channel's own words."""

    fault: Fault | None = None
    detail: str = ""


class Misconfigured(Exception):
    def __init__(self, finding: Finding) -> None:
        super().__init__(f"{finding.fault}: {finding.detail}")
        self.finding = finding


class Configured(Gateway, Protocol):
    """A channel that is made from settings, and can prove them without moving money (`manage.py check_channel`)."""

    def check(self, *, deadline: Deadline) -> Finding: ...
