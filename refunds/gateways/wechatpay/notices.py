"""What WeChat Pay says without being asked: signed as its answers are, and its content encrypted."""

import json
from collections.abc import Mapping
from datetime import datetime

from django.utils.dateparse import parse_datetime

from refunds.labels import CLOSED_BY_CHANNEL

from ..port import Deadline, GatewayError, Notice, NoticeAnswer, NoticeKind, NoticeRefused
from .messages import CLOSED, Account, receipt, refunded
from .signing import AEAD, decrypt
from .verification import Signature, judge

ACCEPTED = NoticeAnswer(200)
REFUSED = NoticeAnswer(400, '{"code":"FAIL","message":"失败"}', "application/json")
CURRENCY = "CNY"


def read(account: Account, headers: Mapping[str, str], body: bytes, now: datetime, deadline: Deadline) -> Notice:
    """Raises NoticeRefused."""
    _verify(account, headers, body, now, deadline)
    try:
        event = json.loads(body)
        event_id, resource = event["id"], event["resource"]
        if not isinstance(event_id, str) or not event_id:
            raise ValueError("no id")
        at = parse_datetime(event["create_time"])
        if at is None or at.tzinfo is None:
            raise ValueError("no time")
        if resource["original_type"] not in READERS:
            return Notice(event_id, NoticeKind.OTHER, at)
        if resource["algorithm"] != AEAD:
            raise ValueError("another algorithm")
        plain = decrypt(
            resource["ciphertext"],
            nonce=resource["nonce"],
            associated_data=resource.get("associated_data", ""),
            key=account.merchant.secret,
        )
        return READERS[resource["original_type"]](account, event_id, at, json.loads(plain))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NoticeRefused(f"not readable: {type(error).__name__}") from None


def _verify(account: Account, headers: Mapping[str, str], body: bytes, now: datetime, deadline: Deadline) -> None:
    try:
        signature = judge(headers, body, lambda serial: account.platform.find(serial, deadline), now)
    except GatewayError as error:
        raise NoticeRefused(f"the key of the signature is not known now: {error}") from None
    if signature != Signature.GOOD:
        raise NoticeRefused(f"signature: {signature}")


def _refund(account: Account, event_id: str, at: datetime | None, fields: Mapping[str, object]) -> Notice:
    if fields["mchid"] != account.merchant.mchid:
        raise NoticeRefused("for another merchant")
    status, amount = fields["refund_status"], refunded(fields)
    if amount is None:
        raise ValueError("no amount")
    return Notice(
        event_id,
        NoticeKind.REFUND,
        at,
        transaction_no=str(fields["transaction_id"]),
        refund_no=str(fields["out_refund_no"]),
        amount=amount,
        currency=CURRENCY,
        receipt=None if status == CLOSED else receipt(status, fields),
        failure=CLOSED_BY_CHANNEL if status == CLOSED else "",
    )


def _complaint(account: Account, event_id: str, at: datetime | None, fields: Mapping[str, object]) -> Notice:
    """It names no merchant; which account has the complaint is known once it was asked. What was done to it
    (`action_type`) is not read: the complaint itself says what holds now."""
    number = fields["complaint_id"]
    if not isinstance(number, str) or not number:
        raise ValueError("no number")
    return Notice(event_id, NoticeKind.COMPLAINT, at, complaint_no=number)


READERS = {"refund": _refund, "complaint": _complaint}
