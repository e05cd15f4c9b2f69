"""One call of WeChat Pay: signed JSON there, signed JSON back, and what an answer about a refund says."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ..facts import Facts
from ..port import Deadline, GatewayError, Outcome, Receipt
from . import codes
from .merchant import Merchant
from .verification import PlatformKeys, Signature, judge

REFUNDS = "/v3/refund/domestic/refunds"
CLOSED = "CLOSED"
OUTCOMES = {
    "SUCCESS": Outcome.SUCCEEDED,
    "PROCESSING": Outcome.PROCESSING,
    "ABNORMAL": Outcome.RETURNED,
}
# What `user_received_account` says of a refund whose money went to the merchant, because the buyer's card took nothing.
# The first is kept by WeChat Pay, the second by the merchant's bank.
MERCHANT_ACCOUNTS = BALANCE, SETTLEMENT = "商户基本账户", "商户结算银行账户"


UNSIGNED = {
    Signature.WRONG: "the answer has a wrong signature",
    Signature.OLD: "the answer was signed more than 5 minutes ago, by this machine's clock",
    Signature.UNKNOWN_KEY: "the answer is signed by a key that is not set",
}
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered. Unless the signature is good, anybody may have written it. `date`: the header of HTTP."""

    status: int
    fields: Mapping[str, object]
    signature: Signature
    date: str = ""

    def text(self, name: str) -> str:
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    @property
    def succeeded(self) -> bool:
        return self.status == 200

    @property
    def not_there(self) -> bool:
        """What was asked for does not exist. A server with a fault says nothing, whatever the code in its body."""
        return self.status == 404 and self.text("code") == codes.NO_SUCH_RESOURCE

    @property
    def meaning(self) -> codes.Meaning:
        return codes.meaning(self.status, self.text("code"))

    @property
    def facts(self) -> codes.Facts:
        return codes.FACTS[self.meaning]

    @property
    def words(self) -> str:
        """As WeChat Pay says it, with the code that docs/channels.md explains."""
        return f"{self.text('message')} ({self.text('code') or f'HTTP {self.status}'})".strip()


@dataclass(frozen=True, slots=True)
class Account:
    """A merchant's account at WeChat Pay, and the keys that WeChat Pay signs with."""

    merchant: Merchant
    platform: PlatformKeys

    def ask(
        self,
        method: str,
        path: str,
        deadline: Deadline,
        content: Mapping[str, object] | None = None,
        platform_serial: str = "",
    ) -> Reply:
        """Raises GatewayError with permanent=False where no answer can be read."""
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() if content else b""
        serial = platform_serial or self.platform.requested
        answer = self.merchant.send(method, path, body, deadline, serial)
        try:
            fields = json.loads(answer.body)
        except (ValueError, RecursionError):
            fields = None
        if not isinstance(fields, dict):
            raise GatewayError(f"no answer of WeChat Pay, but HTTP {answer.status} without JSON", permanent=False)
        signature = judge(
            answer.headers,
            answer.body,
            lambda serial: self.platform.find(serial, deadline),
            self.merchant.now(),
        )
        return Reply(answer.status, fields, signature, answer.headers.get("date", ""))

    def ask_signed(
        self,
        method: str,
        path: str,
        deadline: Deadline,
        facts: Callable[[Reply], Facts],
        content: Mapping[str, object] | None = None,
        platform_serial: str = "",
    ) -> Reply:
        """Raises GatewayError with permanent=False also for an answer that WeChat Pay did not sign just now. `facts`:
        what a code means for what was asked."""
        reply = self.ask(method, path, deadline, content, platform_serial)
        if reply.signature == Signature.MISSING:
            # So does WeChat Pay refuse whom it does not know: it signs for nobody else.
            wait = None if reply.succeeded else facts(reply).wait
            raise GatewayError(f"the answer has no signature: {reply.words}", permanent=False, retry_after=wait)
        if reply.signature == Signature.UNKNOWN_KEY:
            log.error("wechatpay signs by a key that is not set: has it changed its key?")
        if reply.signature != Signature.GOOD:
            raise GatewayError(UNSIGNED[reply.signature], permanent=False)
        return reply


def fen(amount: Decimal) -> int:
    """WeChat Pay's unit. Raises ValueError where it is no number of them."""
    scaled = amount * 100
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{amount} is no number of fen")
    return int(scaled)


def receipt(status: object, fields: Mapping[str, object]) -> Receipt:
    """Of an answer or a notice. Raises ValueError for CLOSED, and for a status that nobody knows."""
    if not isinstance(status, str) or status not in OUTCOMES:
        raise ValueError(f"WeChat Pay calls this refund “{status}”")
    number, account = str(fields.get("refund_id", "")), str(fields.get("user_received_account", ""))
    # A success for WeChat Pay; but the buyer has nothing of it.
    outcome = Outcome.RETURNED if account in MERCHANT_ACCOUNTS else OUTCOMES[status]
    # ABNORMAL is not the end: whoever sends it on in the console makes a success of it.
    may_arrive = outcome == Outcome.RETURNED and account not in MERCHANT_ACCOUNTS
    # The buyer's wallet shows the same number.
    to_shop = account == SETTLEMENT
    return Receipt(outcome, number, number, account, refunded(fields), may_arrive=may_arrive, to_shop=to_shop)


def refunded(fields: Mapping[str, object]) -> Decimal | None:
    """`amount.refund` of an answer or a notice."""
    amount = fields.get("amount")
    return money(amount.get("refund")) if isinstance(amount, Mapping) else None


def money(units: object) -> Decimal | None:
    """Of fen, as an answer has them; None where it is no number of them."""
    return Decimal(units) / 100 if isinstance(units, int) and not isinstance(units, bool) else None
