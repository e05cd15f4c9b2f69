"""What Alipay says at the notify_url of a payment, as far as refunds are concerned: a form, signed without `sign` and
`sign_type` over the values as they are read."""

from collections.abc import Mapping
from datetime import datetime

from web.limits.body import form_of

from ..port import Notice, NoticeAnswer, NoticeKind, NoticeRefused, Outcome, Receipt
from . import signing
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


def _verify(account: Account, fields: Mapping[str, str]) -> None:
    signed = {name: value for name, value in fields.items() if name not in ("sign", "sign_type")}
    content = "&".join(f"{name}={value}" for name, value in sorted(signed.items()))
    if not signing.is_signed(content, fields.get("sign", ""), account.public_key):
        raise NoticeRefused("a wrong signature" if fields.get("sign") else "no signature")


def _time(fields: Mapping[str, str]) -> datetime | None:
    try:
        return datetime.strptime(fields.get("notify_time", ""), "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
    except ValueError:
        return None
