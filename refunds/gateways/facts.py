"""What an error code says of a refund: what became of the money, and whether the same number may be sent again."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from .port import GatewayError, RequestRefused


class Outcome(StrEnum):
    FAILED = "failed"  # this call moved no money
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Facts:
    """`retryable`: the same number may be sent again, not before `wait` (None: the usual wait)."""

    outcome: Outcome
    retryable: bool
    wait: timedelta | None = None

    @property
    def refused(self) -> bool:
        """The call moved no money, and will move none."""
        return self.outcome == Outcome.FAILED

    @property
    def permanent(self) -> bool:
        """This refund does not and will not happen under this number."""
        return self.outcome == Outcome.FAILED and not self.retryable


def error_of(
    facts: Facts, words: str, *, permanent_after: int | None = None, other_account: bool = False
) -> GatewayError:
    """What an answer to a request says that is no success: RequestRefused where it moved no money."""
    kind = RequestRefused if facts.refused else GatewayError
    return kind(
        words,
        permanent=facts.permanent,
        retry_after=facts.wait,
        permanent_after=permanent_after,
        other_account=other_account,
    )
