"""What a payment channel has to offer for money that no payment carries: whom a payment came from, and a transfer to
exactly them, under a number that is carried out at most once. Beside the port of refunds, with the same two facts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol, cast

from .port import Deadline, Finding, Gateway, GatewayError, Outcome, Receipt, RequestRefused


@dataclass(frozen=True, slots=True)
class Payer:
    """Whom a payment came from, by the channel's own record of it. `kind`: of the channel's kinds of identity. `app`:
    the app that knows them by it, where the channel has several. `account`: masked, for people to read."""

    identity: str = field(repr=False)
    kind: str = ""
    app: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class TransferReceipt(Receipt):
    """Of PROCESSING, `confirm_by`: the payee has to accept it, until then; `confirmation`: what the channel's own page
    for that is opened with."""

    confirm_by: datetime | None = None
    confirmation: str = field(default="", repr=False)


class Transferring(Protocol):
    """`on`: whether this account may send transfers; one that is off still answers for what was sent before.
    `currency`, `least`, `most`: what it takes.

    Every call raises GatewayError as those of refunds do: permanent=True only where this transfer does not and will
    not happen under its number. Of `payer_of` it says that the channel knows no payer of this payment. `transfer`
    raises RequestRefused where only this request was refused.
    """

    @property
    def on(self) -> bool: ...
    @property
    def currency(self) -> str: ...
    @property
    def least(self) -> Decimal: ...
    @property
    def most(self) -> Decimal: ...

    def payer_of(self, *, transaction_no: str, total: Decimal, deadline: Deadline) -> Payer:
        """`total`: what the transaction has paid at least. One that has not been paid, or has paid less, has no payer
        for us: its number may have been entered wrong."""
        ...

    def transfer(
        self, *, transfer_no: str, payer: Payer, amount: Decimal, about: str, deadline: Deadline
    ) -> TransferReceipt:
        """`about`: the number of what it is for; the payee reads it."""
        ...

    def query(self, *, transfer_no: str, deadline: Deadline) -> TransferReceipt: ...

    def check(self, *, deadline: Deadline) -> Finding:
        """Asks for a transfer that cannot exist: whether the channel answers this account about transfers."""
        ...

    def withdraw(self, *, transfer_no: str, deadline: Deadline) -> TransferReceipt:
        """Takes back what its payee has not accepted yet, where the channel can do that; else as `query`."""
        ...


class OffersTransfers(Protocol):
    @property
    def transfers(self) -> Transferring: ...


def transferring(gateway: Gateway | None) -> Transferring | None:
    """None: the channel has no transfers, or is not connected."""
    offers: Any = gateway
    return cast(OffersTransfers, gateway).transfers if hasattr(offers, "transfers") else None


def no_payer(words: str) -> GatewayError:
    return GatewayError(f"the channel names no payer of this payment: {words}", permanent=True)


def not_before_asked(error: GatewayError, query: Callable[[], TransferReceipt]) -> TransferReceipt:
    """After a no to a request, or a number that is used. That call moved no money, but an earlier one whose answer was
    lost may have: what the channel has under the number counts. Where it does not know it, raises RequestRefused for a
    definite no, and `error` otherwise."""
    known = query()
    if known.outcome != Outcome.NOT_FOUND:
        return known
    raise RequestRefused(str(error), permanent=True) if error.permanent else error
