"""Transfers over WeChat Pay, to whom a payment came from: each waits until its payee accepts it in WeChat."""

import json
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar
from urllib.parse import quote

from ..port import Deadline, Fault, Finding, GatewayError, Outcome
from ..transferring import Payer, TransferReceipt, no_payer, not_before_asked
from . import codes
from .codes import Meaning
from .messages import Account, Reply, fen, money

BILLS, PAYMENTS = "/v3/fund-app/mch-transfer/transfer-bills", "/v3/pay/transactions/id"
# What the payee reads, so in their language and not in that of our process.
REMARK, REASON = "售后补偿 %s", "售后补偿，应付款 %s"
REPORTED_AS = "赔付原因"
REMARK_LENGTH = 32
# In full or in part refunded is paid all the same.
PAID = frozenset({"SUCCESS", "REFUND"})
UNDER_WAY = frozenset({"ACCEPTED", "PROCESSING", "TRANSFERING", "CANCELING"})
CONFIRMING = "WAIT_USER_CONFIRM"
# Under this number nothing arrives any more.
ENDED = frozenset({"FAIL", "CANCELLED"})
# A payee who has not accepted it by then never will.
CONFIRM_WITHIN = timedelta(hours=24)
NOT_THERE, NUMBER_USED = "NOT_FOUND", "ALREADY_EXISTS"
MEANINGS = {
    **codes.BY_CODE,
    "RESOURCE_NOT_EXISTS": Meaning.PERSON,
    NOT_THERE: Meaning.PERSON,
    NUMBER_USED: Meaning.PERSON,
    "APPID_MCHID_NOT_MATCH": Meaning.CONFIGURE,
    "FREQUENCY_LIMIT_EXCEED": Meaning.SLOWER,
    "RATELIMIT_EXCEEDED": Meaning.SLOWER,
}
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WechatTransfers:
    """`scene_id`: of WeChat Pay's scenes of transfers the one that the merchant was granted; empty: transfers are off.
    From 2,000 on the payee's legal name is asked for, which nobody here knows."""

    account: Account
    scene_id: str = ""
    currency: ClassVar[str] = "CNY"
    least: ClassVar[Decimal] = Decimal("0.10")
    most: ClassVar[Decimal] = Decimal("1999.99")

    @property
    def on(self) -> bool:
        return bool(self.scene_id)

    def payer_of(self, *, transaction_no: str, total: Decimal, deadline: Deadline) -> Payer:
        mchid = self.account.merchant.mchid
        path = f"{PAYMENTS}/{quote(transaction_no, safe='')}?mchid={quote(mchid, safe='')}"
        reply = self.account.ask_signed("GET", path, deadline, _facts)
        if not reply.succeeded:
            if reply.status == 404 and reply.text("code") in ("ORDER_NOT_EXIST", codes.NO_SUCH_RESOURCE, NOT_THERE):
                raise no_payer(reply.words)
            raise GatewayError(reply.words, permanent=False, retry_after=_facts(reply).wait)
        if reply.text("transaction_id") != transaction_no or reply.text("mchid") != mchid:
            raise GatewayError("the answer is about another payment", permanent=False)
        if reply.text("trade_state") not in PAID:
            raise no_payer(f"it is not paid: {reply.text('trade_state')}")
        amount = reply.fields.get("amount")
        paid = money(amount.get("total")) if isinstance(amount, Mapping) else None
        if paid is None or paid < total:
            raise no_payer(f"it has paid {paid} instead of {total}")
        payer = reply.fields.get("payer")
        openid = payer.get("openid") if isinstance(payer, Mapping) else None
        if not isinstance(openid, str) or not openid or not reply.text("appid"):
            raise no_payer("no payer.openid")
        return Payer(openid, app=reply.text("appid"))

    def transfer(
        self, *, transfer_no: str, payer: Payer, amount: Decimal, about: str, deadline: Deadline
    ) -> TransferReceipt:
        content: dict[str, object] = {
            "appid": payer.app,
            "out_bill_no": transfer_no,
            "transfer_scene_id": self.scene_id,
            "openid": payer.identity,
            "transfer_amount": fen(amount),
            "transfer_remark": (REMARK % about)[:REMARK_LENGTH],
            "transfer_scene_report_infos": [{"info_type": REPORTED_AS, "info_content": REASON % about}],
        }
        reply = self.account.ask_signed("POST", BILLS, deadline, _facts, content)
        if reply.succeeded:
            return self._conclude(reply, transfer_no, payer.app)
        facts = _facts(reply)
        error = GatewayError(reply.words, permanent=facts.permanent, retry_after=facts.wait)
        if not error.permanent and reply.text("code") != NUMBER_USED:
            raise error
        return not_before_asked(error, lambda: self.query(transfer_no=transfer_no, deadline=deadline))

    def query(self, *, transfer_no: str, deadline: Deadline) -> TransferReceipt:
        reply = self.account.ask_signed("GET", _path(transfer_no), deadline, _facts)
        if reply.succeeded:
            return self._conclude(reply, transfer_no)
        if reply.status == 404 and reply.text("code") == NOT_THERE:
            return TransferReceipt(Outcome.NOT_FOUND)
        # A refused question says nothing about the transfer.
        raise GatewayError(reply.words, permanent=False, retry_after=_facts(reply).wait)

    def withdraw(self, *, transfer_no: str, deadline: Deadline) -> TransferReceipt:
        """What became of it then is asked for: the payee may have accepted it at the same moment."""
        self.account.ask_signed("POST", f"{_path(transfer_no)}/cancel", deadline, _facts)
        return self.query(transfer_no=transfer_no, deadline=deadline)

    def check(self, *, deadline: Deadline) -> Finding:
        """Asks for a transfer that cannot exist."""
        try:
            self.query(transfer_no=uuid.uuid4().hex, deadline=deadline)
        except GatewayError as error:
            return Finding(Fault.TRANSFERS, str(error))
        return Finding()

    def _conclude(self, reply: Reply, transfer_no: str, app: str = "") -> TransferReceipt:
        """Of an answer that is a transfer."""
        if reply.text("out_bill_no") != transfer_no:
            raise GatewayError("the answer is about another number: out_bill_no", permanent=False)
        state, number = reply.text("state"), reply.text("transfer_bill_no")
        if state in ENDED:
            raise GatewayError(f"{reply.text('fail_reason')} ({state})".strip(), permanent=True)
        if state == "SUCCESS" and number:
            return TransferReceipt(Outcome.SUCCEEDED, number, number, amount=_amount(reply))
        if state == CONFIRMING:
            package = reply.text("package_info")
            page = {"mchId": self.account.merchant.mchid, "appId": app, "package": package}
            return TransferReceipt(
                Outcome.PROCESSING,
                number,
                number,
                amount=_amount(reply),
                confirm_by=_until(reply),
                confirmation=json.dumps(page) if package and app else "",
            )
        if state in UNDER_WAY:
            return TransferReceipt(Outcome.PROCESSING, number, number, amount=_amount(reply))
        raise GatewayError(f"WeChat Pay calls this transfer “{state}”", permanent=False)


def _path(transfer_no: str) -> str:
    return f"{BILLS}/out-bill-no/{quote(transfer_no, safe='')}"


def _amount(reply: Reply) -> Decimal | None:
    """The answer to a request has none."""
    return money(reply.fields.get("transfer_amount"))


def _until(reply: Reply) -> datetime:
    try:
        created = datetime.fromisoformat(reply.text("create_time"))
        return created + CONFIRM_WITHIN if created.tzinfo else _unknown_time()
    except ValueError:
        return _unknown_time()


def _unknown_time() -> datetime:
    raise GatewayError("WeChat Pay does not say when it was created", permanent=False)


def _facts(reply: Reply) -> codes.Facts:
    """What stops every transfer of the account goes into the log as an error."""
    meaning = codes.meaning(reply.status, reply.text("code"))
    if reply.status < 429:
        meaning = MEANINGS.get(reply.text("code"), Meaning.PERSON)
    if meaning in (Meaning.CONFIGURE, Meaning.TOP_UP):
        log.error("wechatpay transfers nothing until somebody acts: %s", reply.words)
    return codes.FACTS[meaning]
