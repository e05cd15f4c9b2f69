"""Transfers over Alipay's gateway, to whom a trade came from: what its codes mean stands in transfer_codes.py."""

import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from refunds.channel_settings import CERTIFICATES

from ..port import Deadline, Fault, Finding, GatewayError, Outcome
from ..transferring import Payer, TransferReceipt, no_payer, not_before_asked
from . import codes, transfer_codes
from .messages import Account, Reply

TRADE = "alipay.trade.query"
TRANSFER, QUERY = "alipay.fund.trans.uni.transfer", "alipay.fund.trans.common.query"
PRODUCT = {"product_code": "TRANS_ACCOUNT_NO_PWD", "biz_scene": "DIRECT_TRANSFER"}
USER_ID, OPEN_ID = "ALIPAY_USER_ID", "ALIPAY_OPEN_ID"
TITLE = "售后补偿"  # on the payee's bill, so in their language and not in that of our process
PAID = frozenset({"TRADE_SUCCESS", "TRADE_FINISHED"})
UNDER_WAY = frozenset({"DEALING", "WAIT_PAY", "INIT"})
# Under this number nothing arrives any more.
ENDED = frozenset({"FAIL", "CLOSED", "REFUND"})
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AlipayTransfers:
    """`allowed`: whether the account may send transfers, as its settings say."""

    account: Account
    allowed: bool = False
    currency: ClassVar[str] = "CNY"
    least: ClassVar[Decimal] = Decimal("0.10")
    most: ClassVar[Decimal] = Decimal(100_000_000)

    @property
    def on(self) -> bool:
        """Alipay takes them in certificate mode alone."""
        return self.allowed and self.account.certificates is not None

    def payer_of(self, *, transaction_no: str, total: Decimal, deadline: Deadline) -> Payer:
        reply = self._signed(TRADE, {"trade_no": transaction_no}, deadline, "trade_no")
        if not reply.succeeded:
            if reply.sub_code == codes.NO_SUCH_TRADE:
                raise no_payer(reply.words)
            raise GatewayError(reply.words, permanent=False, retry_after=codes.facts(reply.code, reply.sub_code).wait)
        if not _is_paid(reply):
            raise no_payer(f"it is not paid: {reply.text('trade_status')}")
        if (paid := reply.amount("total_amount")) is None or paid < total:
            raise no_payer(f"it has paid {paid} instead of {total}")
        masked = reply.text("buyer_logon_id")
        for name, kind in (("buyer_user_id", USER_ID), ("buyer_open_id", OPEN_ID)):
            if reply.text(name):
                return Payer(reply.text(name), kind, account=masked)
        raise no_payer("no buyer_user_id and no buyer_open_id")

    def transfer(
        self, *, transfer_no: str, payer: Payer, amount: Decimal, about: str, deadline: Deadline
    ) -> TransferReceipt:
        content = {
            **PRODUCT,
            "out_biz_no": transfer_no,
            "trans_amount": f"{amount:.2f}",
            "order_title": TITLE,
            "remark": about,
            "payee_info": {"identity": payer.identity, "identity_type": payer.kind},
        }
        reply = self._signed(TRANSFER, content, deadline, "out_biz_no")
        if reply.succeeded:
            return _conclude(reply, payer.account)
        error = _error(reply)
        if not error.permanent and reply.sub_code not in transfer_codes.NUMBER_USED:
            raise error
        return not_before_asked(error, lambda: self.query(transfer_no=transfer_no, deadline=deadline))

    def query(self, *, transfer_no: str, deadline: Deadline) -> TransferReceipt:
        content = {**PRODUCT, "out_biz_no": transfer_no}
        reply = self._signed(QUERY, content, deadline, "out_biz_no")
        if reply.succeeded:
            return _conclude(reply)
        if reply.sub_code == transfer_codes.NO_SUCH_TRANSFER:
            return TransferReceipt(Outcome.NOT_FOUND)
        # A refused question says nothing about the transfer.
        raise GatewayError(reply.words, permanent=False, retry_after=_facts(reply).wait)

    def withdraw(self, *, transfer_no: str, deadline: Deadline) -> TransferReceipt:
        """Alipay asks no payee, and takes nothing back."""
        return self.query(transfer_no=transfer_no, deadline=deadline)

    def check(self, *, deadline: Deadline) -> Finding:
        """Asks for a transfer that cannot exist."""
        if not self.on:
            return Finding(Fault.CERTIFICATE, ", ".join(CERTIFICATES)) if self.allowed else Finding()
        content = {**PRODUCT, "out_biz_no": uuid.uuid4().hex}
        try:
            reply = self.account.ask_signed(QUERY, content, deadline, _facts)
        except GatewayError as error:
            return Finding(Fault.TRANSFERS, str(error))
        known = reply.succeeded or reply.sub_code == transfer_codes.NO_SUCH_TRANSFER
        return Finding() if known else Finding(Fault.TRANSFERS, reply.words)

    def _signed(self, method: str, content: Mapping[str, object], deadline: Deadline, about: str) -> Reply:
        """`about`: the name that a success has to repeat. Raises GatewayError with permanent=False where it does not,
        or is not signed."""
        reply = self.account.ask_signed(method, content, deadline, _facts)
        reply.require(about, str(content[about]), always=reply.succeeded)
        return reply


def _conclude(reply: Reply, account: str = "") -> TransferReceipt:
    """Of an answer that is a transfer. A code of 10000 alone says that the call was understood."""
    status, number = reply.text("status"), reply.text("order_id")
    if status == "SUCCESS":
        if not number:
            raise GatewayError("Alipay calls it a success without a number of its own", permanent=False)
        return TransferReceipt(Outcome.SUCCEEDED, number, number, account, reply.amount("trans_amount"))
    if status in UNDER_WAY:
        return TransferReceipt(Outcome.PROCESSING, number, number, account, reply.amount("trans_amount"))
    if status in ENDED:
        reason = reply.text("fail_reason") or reply.text("sub_msg")
        raise GatewayError(f"{reason} ({reply.text('error_code') or status})".strip(), permanent=True)
    raise GatewayError(f"Alipay calls this transfer “{status}”", permanent=False)


def _is_paid(reply: Reply) -> bool:
    """A trade is closed when all of it was refunded, and when nobody paid it: then it has no time of payment."""
    status = reply.text("trade_status")
    return status in PAID or (status == "TRADE_CLOSED" and bool(reply.text("send_pay_date")))


def _facts(reply: Reply) -> codes.Facts:
    """What stops every transfer of the account goes into the log as an error."""
    meaning = transfer_codes.meaning(reply.code, reply.sub_code)
    if meaning in (codes.Meaning.CONFIGURE, codes.Meaning.TOP_UP):
        log.error("alipay transfers nothing until somebody acts: %s", reply.words)
    return codes.FACTS[meaning]


def _error(reply: Reply) -> GatewayError:
    facts = _facts(reply)
    return GatewayError(reply.words, permanent=facts.permanent, retry_after=facts.wait)
