"""How long the payer waits before it asks a gateway again, and how working days are counted."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refunds import policy
from refunds.policy import Estimate, arrives, delay

QUICK = settings(max_examples=150, deadline=None, derandomize=True, database=None)


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [
        (-1, 1), (0, 1), (1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 32), (7, 64), (8, 128), (9, 256), (10, 512),
        (11, 900), (12, 900), (20, 900), (21, 900), (22, 900), (1_025, 900), (policy.MAX_ATTEMPTS_COUNTED, 900),
    ],
)  # fmt: skip
@pytest.mark.parametrize("chance", ["shortest", "middle", "longest"])
def test_the_wait_before_the_next_attempt(
    monkeypatch: pytest.MonkeyPatch, attempts: int, seconds: int, chance: str
) -> None:
    """Doubled up to a quarter of an hour, and by chance up to a fifth less or more."""
    factor = {"shortest": 0.8, "middle": 1.0, "longest": 1.2}[chance]

    def uniform(low: float, high: float) -> float:
        return {"shortest": low, "middle": (low + high) / 2, "longest": high}[chance]

    monkeypatch.setattr(random, "uniform", uniform)
    assert delay(attempts).total_seconds() == pytest.approx(seconds * factor)


def test_two_refunds_that_failed_together_are_not_asked_for_together() -> None:
    assert len({delay(11) for _ in range(20)}) > 1


def test_a_lease_is_longer_than_an_attempt() -> None:
    """Else a second sender would ask while the first still waits for the gateway's answer."""
    assert policy.LEASE.total_seconds() > policy.ATTEMPT_SECONDS


def naive(day: date, working_days: int) -> date:
    """From the days of some weeks, the nth that is no Saturday and no Sunday."""
    following = [day + timedelta(days=n) for n in range(1, 40)]
    open_ = [each for each in following if each.strftime("%a") not in ("Sat", "Sun")]
    return ([day, *open_])[working_days]


@QUICK
@given(st.sampled_from([*policy.SPANS, "cowries"]), st.dates(date(2020, 1, 1), date(2035, 12, 31)))
def test_working_days_from_any_day(channel: str, day: date) -> None:
    span = policy.SPANS.get(channel, policy.UNKNOWN_CHANNEL)
    noon = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)  # noon in the shop's zone
    assert arrives(channel, noon) == Estimate(naive(day, span.earliest), naive(day, span.latest))


@pytest.mark.parametrize(
    ("day", "latest"),
    [("06", "11"), ("07", "11"), ("08", "11"), ("09", "12"), ("10", "13"), ("11", "16")],  # 7 and 8 March: a weekend
)
def test_a_weekend_counts_for_nothing(day: str, latest: str) -> None:
    at = datetime.fromisoformat(f"2026-03-{day}T10:00:00+08:00")
    assert arrives("wechatpay", at).latest == date.fromisoformat(f"2026-03-{latest}")


@pytest.mark.parametrize(("at", "day"), [("15:59:59", 6), ("16:00:00", 7), ("16:00:01", 7)])
def test_the_day_begins_at_midnight_of_the_shop(at: str, day: int) -> None:
    assert arrives("balance", datetime.fromisoformat(f"2026-03-06T{at}+00:00")).latest == date(2026, 3, day)


@pytest.mark.parametrize("channel", [*policy.SPANS, "cowries"])
def test_only_what_has_no_span_arrives_at_once(channel: str) -> None:
    assert arrives(channel, datetime(2026, 3, 6, tzinfo=UTC)).at_once is (channel in ("sandbox", "balance"))
