"""Refunds over Alipay's gateway: what its codes mean stands in codes.py, what a message looks like in messages.py."""

import logging
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal, InvalidOperation

from ..pace import Pace
from ..port import Deadline, Fault, Finding, GatewayError, Outcome, Receipt
from . import codes
from .messages import Account, Reply, Signature

REFUND, QUERY = "alipay.trade.refund", "alipay.trade.fastpay.refund.query"
SPACING = timedelta(seconds=3)  # between two refunds of one trade
CURRENCY = "CNY"
ALARMS = (codes.Meaning.CONFIGURE, codes.Meaning.TOP_UP)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Alipay:
    account: Account
    pace: Pace = field(default_factory=lambda: Pace(SPACING), repr=False)

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
        if wait := self.pace.wait(transaction_no, refund_no):
            raise GatewayError("another refund of this trade was sent just now", permanent=False, retry_after=wait)
        content = {"trade_no": transaction_no, "refund_amount": f"{amount:.2f}", "out_request_no": refund_no}
        reply = self._signed(REFUND, content, deadline)
        # A code of 10000 alone says that the call was understood.
        if reply.succeeded and reply.text("fund_change") == "Y":
            return Receipt(Outcome.SUCCEEDED, reply.text("trade_no"))
        error = None if reply.succeeded else _error(reply)
        if error and not error.permanent and reply.sub_code != codes.NUMBER_USED:
            raise error
        # This call moved no money. An earlier one, whose answer was lost, may have: no refund is called failed, and no
        # used number an error, before Alipay was asked for it.
        receipt = self._look(refund_no, transaction_no, deadline, amount)
        if receipt.outcome == Outcome.SUCCEEDED:
            return receipt
        if error:
            raise error
        return Receipt(Outcome.PROCESSING)

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
            return Finding()
        return Finding(Fault.REFUSED, reply.words)

    def _look(self, refund_no: str, transaction_no: str, deadline: Deadline, amount: Decimal | None = None) -> Receipt:
        """What became of this number. `amount`: what it was sent for, where that is known."""
        reply = self._signed(QUERY, {"trade_no": transaction_no, "out_request_no": refund_no}, deadline)
        if not reply.succeeded:
            if reply.sub_code == codes.NO_SUCH_TRADE:
                return Receipt(Outcome.NOT_FOUND)
            # A refused question says nothing about the refund.
            raise GatewayError(reply.words, permanent=False, retry_after=codes.facts(reply.code, reply.sub_code).wait)
        if reply.text("refund_status") == "REFUND_SUCCESS":
            if amount is not None and _decimal(reply.text("refund_amount")) != amount:
                raise GatewayError(
                    f"this number was refunded with {reply.text('refund_amount')} instead of {amount}",
                    permanent=False,
                    retry_after=codes.FACTS[codes.Meaning.PERSON].wait,
                )
            return Receipt(Outcome.SUCCEEDED, reply.text("trade_no"))
        if reply.text("refund_status") or reply.text("refund_amount"):
            raise GatewayError("Alipay knows this refund but does not say that it succeeded", permanent=False)
        return Receipt(Outcome.NOT_FOUND)

    def _signed(self, method: str, content: dict[str, str], deadline: Deadline) -> Reply:
        """Raises GatewayError with permanent=False for an answer that is not signed or is about another refund."""
        reply = self.account.ask(method, content, deadline)
        if reply.signature == Signature.WRONG:
            raise GatewayError("the answer has a wrong signature", permanent=False)
        if reply.signature == Signature.MISSING:
            # So does Alipay refuse an app that it does not know: there is no key of theirs to sign with.
            wait = None if reply.succeeded else _alarm(reply).wait
            raise GatewayError(f"the answer has no signature: {reply.words}", permanent=False, retry_after=wait)
        for name in ("trade_no", "out_request_no"):
            if reply.text(name) not in ("", content[name]):
                raise GatewayError(f"the answer is about another refund: {name}", permanent=False)
        return reply


_FAULTS = {
    codes.INVALID_APP: Fault.ACCOUNT,
    codes.INVALID_SIGNATURE: Fault.SIGNATURE,
    codes.INVALID_TIME: Fault.CLOCK,
}


def _error(reply: Reply) -> GatewayError:
    facts = _alarm(reply)
    return GatewayError(reply.words, permanent=facts.permanent, retry_after=facts.wait)


def _alarm(reply: Reply) -> codes.Facts:
    """Of an answer that is no success; what stops every refund of the account goes into the log as an error."""
    if codes.meaning(reply.code, reply.sub_code) in ALARMS:
        log.error("alipay refunds nothing until somebody acts: %s", reply.words)
    return codes.facts(reply.code, reply.sub_code)


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
