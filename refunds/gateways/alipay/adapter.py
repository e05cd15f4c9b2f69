"""Refunds over Alipay's gateway: what its codes mean stands in codes.py, what a message looks like in messages.py."""

import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from ..facts import error_of
from ..port import (
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
from . import callbacks, codes
from .complaints import AlipayComplaints
from .messages import Account, Reply, Signature
from .transfers import AlipayTransfers

REFUND, QUERY = "alipay.trade.refund", "alipay.trade.fastpay.refund.query"
CURRENCY = "CNY"
ALARMS = (codes.Meaning.CONFIGURE, codes.Meaning.TOP_UP)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Alipay:
    account: Account
    transfers: AlipayTransfers
    accepted: NoticeAnswer = callbacks.ACCEPTED
    refused: NoticeAnswer = callbacks.REFUSED
    limits: ClassVar[Limits] = Limits(timedelta(seconds=3))

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
            raise GatewayError(f"Alipay refunds {CURRENCY}; this is {currency}", permanent=True)
        content = {"trade_no": transaction_no, "refund_amount": f"{amount:.2f}", "out_request_no": refund_no}
        reply = self._signed(REFUND, content, deadline)
        # A code of 10000 alone says that the call was understood.
        if reply.succeeded and reply.text("fund_change") == "Y":
            return Receipt(Outcome.SUCCEEDED, reply.text("trade_no"), account=reply.text("buyer_logon_id"))
        error = None if reply.succeeded else _error(reply)
        if error and not error.permanent and reply.sub_code != codes.NUMBER_USED:
            raise error
        # This call moved no money. An earlier one, whose answer was lost, may have: no refund is called failed, and no
        # used number an error, before Alipay was asked for it.
        receipt = self._look(refund_no, transaction_no, deadline)
        if receipt.outcome == Outcome.SUCCEEDED:
            return receipt
        if error:
            raise error
        return Receipt(Outcome.PROCESSING)

    @property
    def complaints(self) -> AlipayComplaints:
        return AlipayComplaints(self.account)

    def read_notice(self, *, headers: Mapping[str, str], body: bytes, now: datetime, deadline: Deadline) -> Notice:
        """Alipay sends one again for 25 hours, and says no time by which its age could be judged."""
        return callbacks.read(self.account, body)

    def query(self, *, refund_no: str, transaction_no: str, deadline: Deadline) -> Receipt:
        return self._look(refund_no, transaction_no, deadline)

    def check(self, *, deadline: Deadline) -> Finding:
        """Asks for a refund that cannot exist."""
        number = f"check-{uuid.uuid4().hex}"
        try:
            reply = self.account.ask(QUERY, {"out_trade_no": number, "out_request_no": number}, deadline)
        except GatewayError as error:
            return Finding(Fault.NO_ANSWER, str(error))
        if fault := _FAULTS.get(reply.sub_code):
            return Finding(fault, reply.words)
        if reply.signature != Signature.GOOD:
            return Finding(Fault.FORGED)
        if reply.succeeded or reply.sub_code == codes.NO_SUCH_TRADE:
            return self.transfers.check(deadline=deadline)
        return Finding(Fault.REFUSED, reply.words)

    def _look(self, refund_no: str, transaction_no: str, deadline: Deadline) -> Receipt:
        """What became of this number."""
        reply = self._signed(QUERY, {"trade_no": transaction_no, "out_request_no": refund_no}, deadline)
        if not reply.succeeded:
            if reply.sub_code == codes.NO_SUCH_TRADE:
                return Receipt(Outcome.NOT_FOUND)
            # A refused question says nothing about the refund.
            raise GatewayError(reply.words, permanent=False, retry_after=codes.facts(reply.code, reply.sub_code).wait)
        if reply.text("refund_status") == "REFUND_SUCCESS":
            return Receipt(Outcome.SUCCEEDED, reply.text("trade_no"), amount=reply.amount("refund_amount"))
        if reply.text("refund_status") or reply.text("refund_amount"):
            raise GatewayError("Alipay knows this refund but does not say that it succeeded", permanent=False)
        return Receipt(Outcome.NOT_FOUND)

    def _signed(self, method: str, content: dict[str, str], deadline: Deadline) -> Reply:
        """Raises GatewayError with permanent=False for an answer that is not signed or is about another refund."""
        reply = self.account.ask_signed(method, content, deadline, _alarm)
        for name in ("trade_no", "out_request_no"):
            reply.require(name, content[name])
        return reply


_FAULTS = {
    codes.INVALID_APP: Fault.ACCOUNT,
    codes.INVALID_SIGNATURE: Fault.SIGNATURE,
    codes.INVALID_TIME: Fault.CLOCK,
}


def _error(reply: Reply) -> GatewayError:
    facts = _alarm(reply)
    unknown = reply.sub_code == codes.NO_SUCH_TRADE
    return error_of(facts, reply.words, other_account=unknown)


def _alarm(reply: Reply) -> codes.Facts:
    """Of an answer that is no success; what stops every refund of the account goes into the log as an error."""
    if codes.meaning(reply.code, reply.sub_code) in ALARMS:
        log.error("alipay refunds nothing until somebody acts: %s", reply.words)
    return codes.facts(reply.code, reply.sub_code)
