"""Refunds over WeChat Pay: what its codes mean stands in codes.py, what a message looks like in messages.py."""

import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import ClassVar
from urllib.parse import quote

from refunds.labels import CLOSED_BY_CHANNEL

from ..facts import error_of
from ..port import (
    BankCard,
    Deadline,
    Fault,
    Finding,
    GatewayError,
    Limits,
    Notice,
    NoticeAnswer,
    Outcome,
    Receipt,
)
from . import codes, notices
from .complaints import WechatComplaints
from .messages import CLOSED, REFUNDS, Account, Reply, fen, receipt
from .notices import CURRENCY
from .signing import encrypt
from .transfers import WechatTransfers
from .verification import MAX_AGE, Signature

ALARMS = (codes.Meaning.CONFIGURE, codes.Meaning.TOP_UP)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WechatPay:
    """`notify_url`: where notices of refunds are sent; empty: where the merchant's console says."""

    account: Account
    transfers: WechatTransfers
    notify_url: str = ""
    limits: ClassVar[Limits] = Limits(timedelta(seconds=60), refunds=50)
    accepted: NoticeAnswer = field(default=notices.ACCEPTED, repr=False)
    refused: NoticeAnswer = field(default=notices.REFUSED, repr=False)

    def request(
        self,
        *,
        refund_no: str,
        transaction_no: str,
        amount: Decimal,
        total: Decimal,
        currency: str,
        deadline: Deadline,
    ) -> Receipt:
        if currency != CURRENCY:
            raise GatewayError(f"WeChat Pay refunds {CURRENCY}; this is {currency}", permanent=True)
        content: dict[str, object] = {
            "transaction_id": transaction_no,
            "out_refund_no": refund_no,
            "amount": {"refund": fen(amount), "total": fen(total), "currency": currency},
        }
        if self.notify_url:
            content["notify_url"] = self.notify_url
        reply = self.account.ask_signed("POST", REFUNDS, deadline, _alarm, content)
        if reply.succeeded:
            return _conclude(reply, refund_no, transaction_no)
        error = _error(reply)
        if reply.meaning != codes.Meaning.NOT_YET and not error.permanent:
            raise error
        # This call moved no money. An earlier one, whose answer was lost, may have: no refund is called failed before
        # WeChat Pay was asked for it.
        known = self._look(refund_no, transaction_no, deadline)
        if known.outcome == Outcome.NOT_FOUND:
            raise error
        return known

    def query(self, *, refund_no: str, transaction_no: str, deadline: Deadline) -> Receipt:
        return self._look(refund_no, transaction_no, deadline)

    def apply_abnormal_refund(
        self, *, refund_no: str, gateway_no: str, transaction_no: str, card: BankCard | None, deadline: Deadline
    ) -> Receipt:
        serial, key = self.account.platform.current(deadline)
        content: dict[str, object] = {"out_refund_no": refund_no, "type": "MERCHANT_BANK_CARD"}
        if card:
            content["type"], content["bank_type"] = "USER_BANK_CARD", card.bank
            content["bank_account"], content["real_name"] = encrypt(card.number, key), encrypt(card.holder, key)
        path = f"{REFUNDS}/{quote(gateway_no, safe='')}/apply-abnormal-refund"
        reply = self.account.ask_signed("POST", path, deadline, _alarm, content, serial)
        if reply.succeeded:
            return _conclude(reply, refund_no, transaction_no)
        facts = _alarm(reply)
        raise GatewayError(reply.words, permanent=facts.permanent, retry_after=facts.wait)

    @property
    def complaints(self) -> WechatComplaints:
        return WechatComplaints(self.account)

    def read_notice(self, *, headers: Mapping[str, str], body: bytes, now: datetime, deadline: Deadline) -> Notice:
        return notices.read(self.account, headers, body, now, deadline)

    def check(self, *, deadline: Deadline) -> Finding:
        """Asks for a refund that cannot exist."""
        try:
            reply = self.account.ask("GET", f"{REFUNDS}/check-{uuid.uuid4().hex}", deadline)
        except GatewayError as error:
            return Finding(Fault.NO_ANSWER, str(error))
        if reply.signature == Signature.OLD or _is_off(reply.date, self.account.merchant.now()):
            return Finding(Fault.CLOCK, reply.words)
        if fault := _FAULTS.get(reply.text("code")):
            return Finding(fault, reply.words)
        if reply.signature != Signature.GOOD:
            return Finding(Fault.FORGED)
        if reply.not_there:
            return self.transfers.check(deadline=deadline) if self.transfers.on else Finding()
        return Finding(Fault.REFUSED, reply.words)

    def _look(self, refund_no: str, transaction_no: str, deadline: Deadline) -> Receipt:
        """What became of this number."""
        reply = self.account.ask_signed("GET", f"{REFUNDS}/{quote(refund_no, safe='')}", deadline, _alarm)
        if reply.succeeded:
            return _conclude(reply, refund_no, transaction_no)
        if reply.not_there:
            return Receipt(Outcome.NOT_FOUND)
        # A refused question says nothing about the refund.
        raise GatewayError(reply.words, permanent=False, retry_after=_alarm(reply).wait)


_FAULTS = {
    codes.SIGNATURE: Fault.SIGNATURE,
    "MCH_NOT_EXISTS": Fault.ACCOUNT,
    "NO_AUTH": Fault.ACCOUNT,
}


def _conclude(reply: Reply, refund_no: str, transaction_no: str) -> Receipt:
    """What an answer that is a refund says."""
    for name, value in (("out_refund_no", refund_no), ("transaction_id", transaction_no)):
        if reply.text(name) != value:
            raise GatewayError(f"the answer is about another refund: {name}", permanent=False)
    if reply.text("status") == CLOSED:
        raise GatewayError(CLOSED_BY_CHANNEL, permanent=True)
    try:
        return receipt(reply.text("status"), reply.fields)
    except ValueError as error:
        raise GatewayError(str(error), permanent=False) from None


def _error(reply: Reply) -> GatewayError:
    facts = _alarm(reply)
    unknown = reply.meaning == codes.Meaning.NOT_YET
    permanent_after = codes.ATTEMPTS_FOR_ORDER if unknown else None
    return error_of(facts, reply.words, permanent_after=permanent_after, other_account=unknown)


def _alarm(reply: Reply) -> codes.Facts:
    """Of an answer that is no success; what stops every refund of the account goes into the log as an error."""
    if reply.meaning in ALARMS:
        log.error("wechatpay refunds nothing until somebody acts: %s", reply.words)
    return reply.facts


def _is_off(date: str, now: datetime) -> bool:
    """Whether our clock and that of the server differ by more than a signature may be old."""
    try:
        return bool(date) and abs(parsedate_to_datetime(date) - now) > MAX_AGE
    except (ValueError, TypeError):
        return False
