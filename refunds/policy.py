"""When a refund is sent again, in seconds of the real clock, and when the money can be expected, in days."""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.utils import timezone

from kernel.jobs import Outcome

TEXT_LENGTH = 240  # of the columns for what a channel says


class Result(StrEnum):
    """What an attempt to pay came to."""

    SETTLED = "settled"  # the money is on its way, or there
    FAILED = "failed"
    RETURNED = "returned"
    WAITING = "waiting"  # the channel, or the payee, works on it
    UNREACHABLE = "unreachable"  # the outcome is not known, or there is nobody to ask
    SKIPPED = "skipped"  # it has ended, or somebody else is sending it

    @property
    def counted(self) -> Outcome:
        """In the result of a run."""
        if self == Result.UNREACHABLE:
            return Outcome(failed=1)
        return Outcome(skipped=1) if self == Result.SKIPPED else Outcome(done=1)


ATTEMPT_SECONDS = 20.0  # one deadline over all gateway calls of an attempt
LEASE = timedelta(seconds=60)  # longer than an attempt, so that nobody else sends while the gateway is being asked
FIRST_DELAY = 1.0
MAX_DELAY = 900.0
JITTER = 0.2
# The largest value of the column: a channel that is down for weeks must not overflow it.
MAX_ATTEMPTS_COUNTED = 32_767
BREAK_AFTER = 10  # calls in a row that did not get through: the channel is left alone for a while
BREAK = timedelta(seconds=15)
# Where “failed” after “succeeded” is the bank that sent the money back, and not an older word that came late.
FAILS_AFTER_SUCCESS = frozenset({"stripe"})
# Where a refund that did not reach the buyer's account is not finished: somebody sends it on in the channel's console,
# and then it arrives. Until the channel says that it cannot any more, nothing is paid instead of it.
RETURNS_MAY_ARRIVE = frozenset({"wechatpay"})
# Which of them can be told so here (`gateways.port.Redirecting`).
REDIRECTS = frozenset({"wechatpay"})
LOOK = timedelta(days=1)  # between two questions about such a refund
LOOKS_DAILY = timedelta(days=30)
LATE_LOOK = timedelta(days=30)  # after that
# Without an outcome for so long, somebody should ask the channel; the alert of docs/operations.md has the same value.
STUCK_AFTER = timedelta(hours=4)
# Created so long ago and never sent as far as is known here, a refund is asked about before it is sent: where a backup
# was restored, it may have been sent since, and Stripe forgets after a day by which number that was.
ASK_BEFORE_SENDING = timedelta(hours=20)
# Sent for so long without an outcome, a refund may be called off. The channel's word counts only where it was asked so
# long after the second person confirmed: what an attempt sent at that moment has arrived by then.
CALL_OFF_AFTER, CALL_OFF_QUIET = timedelta(hours=1), timedelta(minutes=5)
# For how long after its first request a channel answers for a transfer, where it forgets them: WeChat Pay's question
# covers 30 days, and some are left as a margin. After that “not known” proves nothing.
TRANSFERS_ANSWERED = {"wechatpay": timedelta(days=25)}


# When a channel is asked about what it still works on, in minutes: as it advises, instead of the usual wait.
POLLS = {"wechatpay": (1, 5, 10, 20, 30)}


def poll_after(channel: str, polls: int) -> timedelta:
    """Until the next question about what the channel works on. `polls`: how often it has said so, from 1."""
    minutes = POLLS.get(channel)
    return timedelta(minutes=minutes[min(max(polls, 1), len(minutes)) - 1]) if minutes else delay(polls)


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
# A balance inside the wallet has the money as soon as the channel says yes, whatever its bank cards take.
WALLETS = ("零钱", "余额", "balance", "wallet")
UNKNOWN_CHANNEL = Span(1, 7)  # S-059, S-102 promise 1 to 2 working days for the shop's part; the bank's comes on top


def working_days(channel: str) -> int:
    """Until the last day on which the money should be there; 0: the same day."""
    return SPANS.get(channel, UNKNOWN_CHANNEL).latest


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


def arrives(channel: str, at: datetime, account: str = "") -> Estimate:
    """`at`: when the refund succeeded, or was asked for while it is under way. `account`: where it goes, in the
    channel's words, where it has said so."""
    span, day = SPANS.get(channel, UNKNOWN_CHANNEL), timezone.localtime(at).date()
    if any(word in account.lower() for word in WALLETS):
        span = Span(0, 0)
    return Estimate(_later(day, span.earliest), _later(day, span.latest))


def _later(day: date, days: int) -> date:
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day
