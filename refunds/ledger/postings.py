"""What a row owes in each status, and what is booked when the status changes (docs/ledger.md).

The triggers of the database are written from this (`triggers`), and the audit compares the entries with it (`checks`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from .accounts import Account, Kind

# Stands for the account that a refund or a payable is paid from: the bank account where people paid it by hand, else
# the channel.
PAID_FROM = "paid_from"


class Position(NamedTuple):
    debit: str
    credit: str


@dataclass(frozen=True)
class Posting:
    """Books the amount of the row from `debit` to `credit` when its status goes from `source` ("": it is new)."""

    source: str
    target: str
    kind: str
    debit: str
    credit: str


# Amount of a payment → its position. The kind of its entries has the same name.
PAYMENT: dict[str, Position] = {
    "captured": Position(Account.CHANNEL, Account.SALES),
    "refunded_before": Position(Account.REFUNDS, Account.CHANNEL),
}
# Status → position, None where the row moves no money (any more).
REFUND: dict[str, Position | None] = {
    "pending": Position(Account.REFUNDS, Account.REFUNDS_OWED),
    "processing": Position(Account.REFUNDS, Account.REFUNDS_IN_TRANSIT),
    "succeeded": Position(Account.REFUNDS, PAID_FROM),
    "failed": None,
    "returned": None,
}
# Beside it, where the channel has paid a refund out to the shop's own bank account instead (`Refund.paid_to_shop`).
TO_SHOP = Position(Account.CASH, Account.CHANNEL)
# The bank takes the amount from the channel when it opens the case, and gives it back where the shop wins.
CHARGEBACK: dict[str, Position | None] = {
    "open": Position(Account.CHARGEBACKS_HELD, Account.CHANNEL),
    "lost": Position(Account.CHARGEBACKS, Account.CHANNEL),
    "won": None,
}
_FREIGHT = Position(Account.FREIGHT_COMPENSATION, Account.PAYABLES)
_GOODWILL = Position(Account.GOODWILL, Account.PAYABLES)
_CLAIM = Position(Account.COURIER_CLAIMS, Account.COURIER_COMPENSATION)


def _of_payable(approved: Position, paid: Position) -> dict[str, Position | None]:
    """Nothing is owed before one person has approved it."""
    return {"pending": None, "approved": approved, "paying": approved, "paid": paid, "cancelled": None}


# Kind of payable → status → position. A claim is owed to the shop, so its sides are the other way round.
PAYABLE: dict[str, dict[str, Position | None]] = {
    "return_freight": _of_payable(_FREIGHT, Position(Account.FREIGHT_COMPENSATION, PAID_FROM)),
    "goodwill": _of_payable(_GOODWILL, Position(Account.GOODWILL, PAID_FROM)),
    "compensation": _of_payable(_GOODWILL, Position(Account.GOODWILL, PAID_FROM)),
    "courier_claim": _of_payable(_CLAIM, Position(Account.CASH, Account.COURIER_COMPENSATION)),
}
# A fee that the channel charges; one that it gives back is the other way round.
FEE = Position(Account.FEES, Account.CHANNEL)
KINDS: dict[str, str] = {
    "pending": Kind.RESERVED,
    "processing": Kind.SENT,
    "succeeded": Kind.SETTLED,
    "failed": Kind.FAILED,
    "returned": Kind.RETURNED,
    "open": Kind.HELD,
    "lost": Kind.LOST,
    "won": Kind.WON,
}
PAYABLE_KINDS: dict[str, str] = {
    "pending": Kind.CANCELLED,
    "approved": Kind.APPROVED,
    "paying": Kind.APPROVED,
    "paid": Kind.PAID,
    "cancelled": Kind.CANCELLED,
}


# What two people said they had paid, and support found that it had not come: a refund, a payable.
VOIDED = (("succeeded", "failed"), ("paid", "approved"))


def postings(positions: Mapping[str, Position | None], kinds: Mapping[str, str]) -> Iterator[Posting]:
    """Every change of status that moves money, those that no machine allows today too."""
    for source in ("", *positions):
        for target in positions:
            for debit, credit in difference(positions.get(source), positions[target]):
                yield Posting(source, target, kind_of(source, target, kinds), debit, credit)


def difference(before: Position | None, after: Position | None) -> list[Position]:
    """The entries that make the one position out of the other."""
    if before == after:
        return []
    if before is None or after is None:
        return [after] if after else [Position(before.credit, before.debit)] if before else []
    if before.debit == after.debit:
        return [Position(before.credit, after.credit)]
    if before.credit == after.credit:
        return [Position(after.debit, before.debit)]
    return [Position(before.credit, before.debit), after]


def kind_of(source: str, target: str, kinds: Mapping[str, str]) -> str:
    return str(Kind.VOIDED if (source, target) in VOIDED else kinds[target])
