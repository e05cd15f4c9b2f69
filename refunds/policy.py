"""When a refund is sent again, in seconds of the real clock, and when the money can be expected, in days."""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

ATTEMPT_SECONDS = 20.0  # one deadline over all gateway calls of an attempt
LEASE = timedelta(seconds=60)  # longer than an attempt, so that nobody else sends while the gateway is being asked
FIRST_DELAY = 1.0
MAX_DELAY = 900.0
JITTER = 0.2
# The largest value of the column: a channel that is down for weeks must not overflow it.
MAX_ATTEMPTS_COUNTED = 32_767
BREAK_AFTER = 10  # calls in a row that did not get through: the channel is left alone for a while
BREAK = timedelta(seconds=15)
# Without an outcome for so long, somebody should ask the channel; the alert of docs/operations.md has the same value.
STUCK_AFTER = timedelta(hours=4)


def delay(attempts: int) -> timedelta:
    """1 s, 2 s, 4 s … 15 min, a fifth more or less so that a gateway that comes back is not stormed."""
    # The exponent is capped, because 2.0 to the power of 32,766 is no float any more.
    seconds = min(MAX_DELAY, FIRST_DELAY * 2 ** min(max(attempts, 1) - 1, 20))
    return timedelta(seconds=seconds * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311


@dataclass(frozen=True)
class Span:
    """Working days from the channel's yes to the buyer's account: Monday to Friday, public holidays not known."""

    earliest: int
    latest: int


# As the channels tell payers: a wallet's balance has it the same day, the bank card behind it later.
SPANS = {
    "sandbox": Span(0, 0),
    "balance": Span(0, 0),
    "alipay": Span(0, 7),
    "wechatpay": Span(0, 3),
    "unionpay": Span(1, 7),
    "stripe": Span(5, 10),
}
UNKNOWN_CHANNEL = Span(1, 7)  # S-059, S-102 promise 1 to 2 working days for the shop's part; the bank's comes on top


@dataclass(frozen=True)
class Estimate:
    """The first and the last day on which the money should be seen, by the calendar of the shop's time zone."""

    earliest: date
    latest: date

    @property
    def at_once(self) -> bool:
        return self.earliest == self.latest

    @property
    def ends(self) -> datetime:
        """The last second of the last day."""
        return timezone.make_aware(datetime.combine(self.latest, time(23, 59, 59)))


def arrives(channel: str, at: datetime) -> Estimate:
    """`at`: when the refund succeeded, or was asked for while it is under way."""
    span, day = SPANS.get(channel, UNKNOWN_CHANNEL), timezone.localtime(at).date()
    return Estimate(_later(day, span.earliest), _later(day, span.latest))


def _later(day: date, days: int) -> date:
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day
