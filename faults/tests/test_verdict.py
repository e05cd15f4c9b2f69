"""Records with a fault in them: each is found, and has its own word."""

from dataclasses import replace
from decimal import Decimal

import pytest

from faults.gateway.ledger import Payout
from faults.records import Booked
from faults.verdict import Verdict, judge

OWED = {"PROMPT-1": Decimal("30.00"), "LOST-2": Decimal("12.50")}
PAID = [Payout("RF1", "PROMPT-1", Decimal("30.00")), Payout("RF2", "LOST-2", Decimal("12.50"))]
BOOKED = [
    Booked("RF1", "PROMPT-1", Decimal("30.00"), "succeeded"),
    Booked("RF2", "LOST-2", Decimal("12.50"), "succeeded"),
]


def counts(verdict: Verdict) -> tuple[int, int, int, int]:
    return len(verdict.twice), len(verdict.lost), len(verdict.stuck), len(verdict.wrong)


def test_sound_records() -> None:
    verdict = judge(OWED, PAID, BOOKED)
    assert counts(verdict) == (0, 0, 0, 0)
    assert verdict.kept
    assert verdict.figures == "twice 0 · lost 0 · stuck 0 · wrong 0"


def test_a_refused_number_and_the_one_after_it() -> None:
    refused = Booked("RF0", "PROMPT-1", Decimal("30.00"), "failed", retried=True)
    assert judge(OWED, PAID, [refused, *BOOKED]).kept


def test_two_refunds_of_one_payment() -> None:
    halves = [("RF1", "15.00"), ("RF3", "15.00")]
    paid = [Payout(number, "PROMPT-1", Decimal(amount)) for number, amount in halves]
    booked = [Booked(number, "PROMPT-1", Decimal(amount), "succeeded") for number, amount in halves]
    assert judge(OWED, [*paid, PAID[1]], [*booked, BOOKED[1]]).kept


def test_paid_under_two_numbers() -> None:
    verdict = judge(OWED, [*PAID, Payout("RF2-b", "LOST-2", Decimal("12.50"))], BOOKED)
    assert counts(verdict) == (1, 0, 0, 1)
    assert "25.00 paid, 12.50 owed" in verdict.twice[0]
    assert "no such refund" in verdict.wrong[0]


def test_paid_to_somebody_who_is_owed_nothing() -> None:
    assert counts(judge(OWED, [*PAID, Payout("RF9", "CUT-9", Decimal("1.00"))], BOOKED)) == (1, 0, 0, 1)


@pytest.mark.parametrize("booked", [BOOKED, BOOKED[:1]], ids=["counts as paid", "forgotten"])
def test_never_paid(booked: list[Booked]) -> None:
    verdict = judge(OWED, PAID[:1], booked)
    assert [text.split(":")[0] for text in verdict.lost] == ["LOST-2"]
    assert len(verdict.wrong) == len(booked) - 1


def test_still_under_way_is_stuck_and_not_lost() -> None:
    booked = [BOOKED[0], replace(BOOKED[1], status="processing", last_error="no answer")]
    verdict = judge(OWED, PAID[:1], booked)
    assert counts(verdict) == (0, 0, 1, 0)
    assert "no answer" in verdict.stuck[0]


def test_paid_and_still_under_way() -> None:
    assert counts(judge(OWED, PAID, [BOOKED[0], replace(BOOKED[1], status="processing")])) == (0, 0, 1, 0)


def test_paid_and_counted_as_failed() -> None:
    assert counts(judge(OWED, PAID, [BOOKED[0], replace(BOOKED[1], status="failed")])) == (0, 0, 0, 1)


def test_failed_and_left_alone() -> None:
    assert counts(judge(OWED, PAID[:1], [BOOKED[0], replace(BOOKED[1], status="failed")])) == (0, 1, 1, 0)


@pytest.mark.parametrize(
    "payout", [replace(PAID[1], amount=Decimal("12.00")), replace(PAID[1], transaction_no="PROMPT-1")]
)
def test_another_amount_or_another_payment(payout: Payout) -> None:
    verdict = judge(OWED, [PAID[0], payout], BOOKED)
    assert len(verdict.wrong) == 1
    assert len(verdict.lost) == 1
