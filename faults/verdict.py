"""Is every promise kept? What was owed, what the channel paid, and what we have on record, compared one by one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from .gateway.ledger import Payout
from .records import Booked

NONE = Decimal(0)


@dataclass
class Verdict:
    """One sentence for each break."""

    twice: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def kept(self) -> bool:
        return not (self.twice or self.lost or self.stuck or self.wrong)

    @property
    def figures(self) -> str:
        kinds = ("twice", "lost", "stuck", "wrong")
        return " · ".join(f"{kind} {len(getattr(self, kind))}" for kind in kinds)


def judge(owed: Mapping[str, Decimal], paid: Iterable[Payout], booked: Iterable[Booked]) -> Verdict:
    """`owed`: amount by transaction, of every refund that was asked for."""
    payouts, refunds, verdict = list(paid), list(booked), Verdict()
    _transactions(owed, payouts, refunds, verdict)
    _numbers(payouts, refunds, verdict)
    return verdict


def _transactions(owed: Mapping[str, Decimal], payouts: list[Payout], refunds: list[Booked], verdict: Verdict) -> None:
    """The buyer's side: as much money as is owed, and no more."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for payout in payouts:
        sums[payout.transaction_no] += payout.amount
    under_way = {refund.transaction_no for refund in refunds if refund.open}
    for transaction_no in sorted(sums.keys() | owed.keys()):
        due, came = owed.get(transaction_no, NONE), sums[transaction_no]
        if came > due:
            verdict.twice.append(f"{transaction_no}: {came} paid, {due} owed")
        elif came < due and transaction_no not in under_way:
            verdict.lost.append(f"{transaction_no}: {came} paid, {due} owed")


def _numbers(payouts: list[Payout], refunds: list[Booked], verdict: Verdict) -> None:
    """Our side: each refund is what the channel says of its number."""
    by_number = {payout.refund_no: payout for payout in payouts}
    for refund in refunds:
        payout = by_number.pop(refund.refund_no, None)
        if refund.open:
            verdict.stuck.append(
                f"{refund.refund_no} ({refund.transaction_no}) is {refund.status}: {refund.last_error}"
            )
        elif refund.status == "failed":
            if payout is not None:
                verdict.wrong.append(f"{refund.refund_no} counts as failed, and {payout.amount} was paid")
            elif not refund.retried:
                verdict.stuck.append(f"{refund.refund_no} ({refund.transaction_no}) failed, and nobody could try again")
        elif payout is None:
            verdict.wrong.append(f"{refund.refund_no} counts as paid, and the channel knows nothing of it")
        elif (payout.transaction_no, payout.amount) != (refund.transaction_no, refund.amount):
            verdict.wrong.append(f"{refund.refund_no}: {refund.amount} on record, {payout.amount} paid")
    for number, payout in by_number.items():
        verdict.wrong.append(f"{number}: {payout.amount} paid to {payout.transaction_no}, and we have no such refund")
