"""The columns that a channel's answer fills."""

from datetime import datetime
from typing import TypedDict

from .. import policy
from ..gateways import Receipt
from ..models import Refund

NUMBER_LENGTH = 128


class Facts(TypedDict, total=False):
    gateway_no: str
    trace_no: str
    received_account: str
    expected_at: datetime
    refusals: int
    refusal: str


def facts_of(refund: Refund, receipt: Receipt, now: datetime) -> Facts:
    """Of a yes."""
    return {"gateway_no": receipt.gateway_no[:NUMBER_LENGTH], **named(refund, receipt, now)}


def forget_refusal(refund: Refund) -> None:
    """The channel has the number: what it refused before was another request."""
    if refund.refusal:
        refund.refusal = ""
        Refund.objects.filter(shop_id=refund.shop_id, pk=refund.pk).update(refusal="")


def named(refund: Refund, receipt: Receipt, now: datetime) -> Facts:
    """What a receipt says of bank and account. The account moves the promise with the first answer only: later it would
    be a promise after the fact."""
    account, facts = receipt.account[:NUMBER_LENGTH], Facts()
    if receipt.trace_no:
        facts["trace_no"] = receipt.trace_no[:NUMBER_LENGTH]
    if account:
        facts["received_account"] = account
    if account and refund.attempts == 1 and refund.expected_at is not None:
        facts["expected_at"] = policy.arrives(refund.payment.channel, now, account).ends
    return facts
