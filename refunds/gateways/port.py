"""What a payment channel has to offer: two calls, one receipt, one error; where it sends notices, one reader of them.

Amounts are Decimal; minor units only inside an adapter.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, Self

from kernel import calls

# How often a channel is asked about what only a person can clear up.
FOR_A_PERSON = timedelta(minutes=15)


class Outcome(StrEnum):
    SUCCEEDED = "succeeded"
    PROCESSING = "processing"
    NOT_FOUND = "not_found"  # only a query's answer: this number was never carried out and may be sent
    RETURNED = "returned"  # the channel had accepted it, but the money did not reach the buyer's account


@dataclass(frozen=True, slots=True)
class Receipt:
    """`gateway_no`: the channel's number of the refund. `trace_no`: by which the buyer's bank finds it, where it is
    known. `account`: where the money went, masked, in the channel's words. `amount`, `currency`: what the channel says
    that it is a refund of; None and empty where its answer does not. `may_arrive`: of RETURNED, the channel has not
    finished with it, and may pay it yet under the same number; `to_shop`: it has paid it out to the merchant's own bank
    account, so that it is not with the channel any more."""

    outcome: Outcome
    gateway_no: str = ""
    trace_no: str = ""
    account: str = ""
    amount: Decimal | None = None
    currency: str = ""
    may_arrive: bool = False
    to_shop: bool = False

    def require(self, amount: Decimal, currency: str) -> Self:
        """This receipt. Raises GatewayError (a person has to look) for a refund of another amount or currency: our
        number was used for something else, as by hand in the channel's console."""
        other = (self.amount is not None and self.amount != amount) or self.currency not in ("", currency)
        if other and self.outcome != Outcome.NOT_FOUND:
            text = f"this number was used for {self.amount} {self.currency} instead of {amount} {currency}"
            raise GatewayError(text, permanent=False, retry_after=FOR_A_PERSON)
        return self


class GatewayError(Exception):
    """`permanent`: the gateway said that this refund does not and will not happen (a definite failure).

    Everything else, a time-out, a 5xx, a broken answer, a refused login, leaves the outcome unknown: permanent=False.
    `retry_after`: the channel was reached and asks to be left alone with this refund for so long; None: the usual wait.
    `permanent_after`: a no that is sometimes wrong at first, and believed once so many attempts have ended in it
    (`Refund.refusals` counts them, not those that ended in anything else).
    `other_account`: the account that was asked does not have this payment, and so has refunded nothing of it. Where the
    shop has another one, that is asked before anything is concluded.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool,
        retry_after: timedelta | None = None,
        permanent_after: int | None = None,
        other_account: bool = False,
    ) -> None:
        super().__init__(message)
        self.permanent, self.retry_after, self.permanent_after = permanent, retry_after, permanent_after
        self.other_account = other_account

    def is_permanent(self, refusals: int) -> bool:
        """`refusals`: attempts so far that have ended in such a no, this one among them."""
        return self.permanent or (self.permanent_after is not None and refusals >= self.permanent_after)


class RequestRefused(GatewayError):
    """This request moved no money and will move none, and `permanent` is of it alone: the channel does not know its
    number. One before it, whose answer was lost and that is on its way, may still be carried out."""


class Deadline(calls.Deadline):
    """Of an attempt at a refund, or of a question about one."""

    def left(self) -> float:
        """Seconds, above zero. Raises GatewayError (the outcome stays unknown) once none are left."""
        try:
            return super().left()
        except calls.NoAnswer as error:
            raise GatewayError(str(error), permanent=False) from None


class Gateway(Protocol):
    """Both calls may come twice, at the same time too: a number is carried out at most once.

    Neither answers later than `deadline`: a call that would take longer raises GatewayError with permanent=False.
    `request` raises RequestRefused where the channel says no to it; any other error with permanent=True, of `query`
    too, is the channel's last word about the number: an answer (it failed, it is closed), and no silence.
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


@dataclass(frozen=True, slots=True)
class BankCard:
    """A card of the buyer's. `bank`: the channel's code for it. Neither number nor holder is stored or logged."""

    bank: str
    number: str = field(repr=False)
    holder: str = field(repr=False)


class Redirecting(Protocol):
    """A channel that can send a refund on which did not reach the buyer's account (`Outcome.RETURNED`).

    `gateway_no`: of the refund, as the channel's answer about it has it. `card` of the buyer, or None: to the
    merchant's own account, who then pays the buyer another way; it stays RETURNED. One request, under the same number:
    a second one sends the money once, and is refused. Raises GatewayError; permanent=True: this request sent nothing.
    """

    def apply_abnormal_refund(
        self, *, refund_no: str, gateway_no: str, transaction_no: str, card: BankCard | None, deadline: Deadline
    ) -> Receipt: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """Of a channel, for the refunds of one transaction: `spacing` is the least time between two of them (the same
    number again needs none), `refunds` how many it takes at most; None: any number."""

    spacing: timedelta
    refunds: int | None = None


class Limited(Protocol):
    """A channel with limits. They are observed before anything is sent (services/spacing.py)."""

    @property
    def limits(self) -> Limits: ...


class NoticeKind(StrEnum):
    REFUND = "refund"
    CHARGEBACK = "chargeback"
    COMPLAINT = "complaint"  # it names one; what it says now has to be asked for
    OTHER = "other"  # genuine, and nothing that is kept here: answered as received


class ChargebackStatus(StrEnum):
    OPEN = "open"
    WON = "won"  # by the shop: the money stays with it
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Notice:
    """What a channel says without being asked. Its signature has been verified over the body as it came.

    `event_id` is the same in every repetition. Of a refund either `receipt` is there, or `failure`, the channel's words
    for a definite no, or neither, where the notice only says that something happened. `amount` is of the refund or the
    chargeback, in the currency of the payment; None where the channel does not say it. `charge_no`: a second number of
    the same payment (Stripe's charge beside its payment intent): an order may have named either.
    """

    event_id: str
    kind: NoticeKind
    at: datetime | None = None
    transaction_no: str = ""
    charge_no: str = ""
    refund_no: str = ""
    amount: Decimal | None = None
    currency: str = ""
    receipt: Receipt | None = None
    failure: str = ""
    chargeback_no: str = ""
    chargeback: ChargebackStatus | None = None
    complaint_no: str = ""
    reason: str = ""


class NoticeRefused(Exception):
    """Not signed by the channel, not for this account, too old, or not readable. The text is for the log: it holds
    neither keys nor what the body says."""


@dataclass(frozen=True, slots=True)
class NoticeAnswer:
    """What the channel wants to read; after anything else it sends the notice again."""

    status: int
    body: str = ""
    content_type: str = "text/plain"


class Notifying(Protocol):
    """A channel that sends notices. `headers`: names in lower case. `body`: the bytes as they came. By `now` the
    age of a signature is judged; no key is fetched after `deadline`. Raises NoticeRefused."""

    @property
    def accepted(self) -> NoticeAnswer: ...
    @property
    def refused(self) -> NoticeAnswer: ...

    def read_notice(self, *, headers: Mapping[str, str], body: bytes, now: datetime, deadline: Deadline) -> Notice: ...


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
    KEY_KIND = "key_kind"
    SEALED = "sealed"
    API_KEY = "api_key"
    PERMISSION = "permission"
    KEY_ID = "key_id"
    KEY_SECRET = "key_secret"  # noqa: S105
    URL = "url"
    NO_ANSWER = "no_answer"
    ACCOUNT = "account"
    SIGNATURE = "signature"
    CLOCK = "clock"
    REFUSED = "refused"
    FORGED = "forged"
    CERTIFICATE = "certificate"
    CERT_KIND = "cert_kind"
    CERT_KEY = "cert_key"
    TRANSFERS = "transfers"


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
