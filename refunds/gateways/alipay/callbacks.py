"""What Alipay says at the notify_url of a payment, as far as refunds are concerned, and at the gateway of the app about
complaints: a form, signed without `sign` and `sign_type` over the values as they are read."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from web.limits.body import form_of

from ..port import Notice, NoticeAnswer, NoticeKind, NoticeRefused, Outcome, Receipt
from . import signing
from .complaints import CHANGED
from .messages import BEIJING, Account

ACCEPTED, REFUSED = NoticeAnswer(200, "success"), NoticeAnswer(400, "fail")
MAX_FIELDS = 100
CURRENCY = "CNY"


def read(account: Account, body: bytes) -> Notice:
    """`out_biz_no` is the number of the refund. `refund_fee` is what the trade has refunded so far, not this refund, so
    no amount is read: the engine asks Alipay. Raises NoticeRefused."""
    try:
        fields = form_of(body, MAX_FIELDS)
    except ValueError as error:
        raise NoticeRefused(str(error)) from None
    _verify(account, fields)
    if fields.get("app_id") != account.app_id:
        raise NoticeRefused("for another app")
    event_id = fields.get("notify_id", "")
    if not event_id:
        raise NoticeRefused("without a number")
    if "msg_method" in fields:
        return _message(event_id, fields)
    number, trade_no = fields.get("out_biz_no", ""), fields.get("trade_no", "")
    if not number or not fields.get("refund_fee"):
        return Notice(event_id, NoticeKind.OTHER, _time(fields), transaction_no=trade_no)
    return Notice(
        event_id,
        NoticeKind.REFUND,
        _time(fields),
        transaction_no=trade_no,
        refund_no=number,
        currency=CURRENCY,
        receipt=Receipt(Outcome.SUCCEEDED, trade_no, account=fields.get("buyer_logon_id", "")),
    )


def _message(event_id: str, fields: Mapping[str, str]) -> Notice:
    """One that the app has subscribed to. That of a complaint only names it."""
    stamp = fields.get("utc_timestamp", "")
    is_stamp = stamp.isascii() and stamp.isdigit() and len(stamp) == 13
    at = datetime.fromtimestamp(int(stamp) / 1000, UTC) if is_stamp else None
    if fields["msg_method"] != CHANGED:
        return Notice(event_id, NoticeKind.OTHER, at)
    try:
        number = json.loads(fields.get("biz_content", ""))["complain_event_id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        number = None
    if not isinstance(number, str) or not number:
        raise NoticeRefused("a complaint without a number")
    return Notice(event_id, NoticeKind.COMPLAINT, at, complaint_no=number)


def _verify(account: Account, fields: Mapping[str, str]) -> None:
    # Of messages it is not documented whether `sign_type` is signed too: either is Alipay's word over the same values.
    unsigned = [{"sign", "sign_type"}] + [{"sign"}] * ("msg_method" in fields)
    if not any(_is_signed(account, fields, names) for names in unsigned):
        raise NoticeRefused("a wrong signature" if fields.get("sign") else "no signature")


def _is_signed(account: Account, fields: Mapping[str, str], unsigned: set[str]) -> bool:
    signed = {name: value for name, value in fields.items() if name not in unsigned}
    content = "&".join(f"{name}={value}" for name, value in sorted(signed.items()))
    return signing.is_signed(content, fields.get("sign", ""), account.public_key)


def _time(fields: Mapping[str, str]) -> datetime | None:
    try:
        return datetime.strptime(fields.get("notify_time", ""), "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
    except ValueError:
        return None
