"""The bills of the channels: their columns, and what a row of them says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from zoneinfo import ZoneInfo

from kernel.tables import Columns, read_time, shortened

CHINA = ZoneInfo("Asia/Shanghai")  # Alipay and WeChat Pay write its time, wherever we are
MAX_AMOUNT = Decimal("9999999999.99")
MAX_NUMBER = 128
Cells = Mapping[str, str]


@dataclass(frozen=True)
class Line:
    """A refund in a bill; `amount` above zero, in units of `currency`. `came_back`: the money is on the account again;
    that of an earlier line, or, where this one is `paid`, its own."""

    number: str
    line_id: str
    transaction_no: str
    amount: Decimal
    currency: str
    at: datetime
    paid: bool = True
    came_back: bool = False


@dataclass(frozen=True)
class Fee:
    """A fee in a bill; `amount` above zero: charged, below zero: given back. `line_id`: never again in any bill of the
    channel but for the same line; `charge_no`: Stripe's other number of the payment."""

    line_id: str
    number: str
    transaction_no: str
    charge_no: str
    amount: Decimal
    currency: str
    at: datetime


@dataclass(frozen=True)
class Format:
    """`read` answers None for a row that is no refund, `fee` for one without a fee; both raise ValueError with a
    sentence for one that they cannot read."""

    channel: str
    columns: Columns
    read: Callable[[Cells], Line | None]
    fee: Callable[[Cells], Fee | None]


def _amount(text: str) -> Decimal:
    try:
        amount = abs(Decimal(text.replace(",", "")))
    except InvalidOperation:
        raise ValueError(f"“{text[:40]}” is no amount") from None
    if not amount.is_finite() or not 0 < amount <= MAX_AMOUNT or amount != round(amount, 2):
        raise ValueError(f"“{text[:40]}” is no amount")
    return amount


def _money(text: str, name: str) -> Decimal | None:
    """With its sign; None for an empty cell, which says nothing."""
    if not text:
        return None
    try:
        amount = Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise ValueError(f"“{text[:40]}” is no {name}") from None
    if not amount.is_finite() or abs(amount) > MAX_AMOUNT or amount != round(amount, 2):
        raise ValueError(f"“{text[:40]}” is no {name}")
    return amount


# Asked for twice, where a row is a refund and has a fee.
@lru_cache(maxsize=64)
def _number(text: str, name: str) -> str:
    if not text or len(text) > MAX_NUMBER or not text.isprintable():
        raise ValueError(f"“{text[:40]}” is no {name}")
    if shortened(text):
        raise ValueError(f"a spreadsheet has shortened the {name} “{text[:40]}”")
    return text


@lru_cache(maxsize=64)
def _time(text: str, zone: "ZoneInfo | None" = None) -> datetime:
    try:
        at = read_time(text)
    except ValueError:
        raise ValueError(f"“{text[:40]}” is no time") from None
    return at if at.tzinfo else at.replace(tzinfo=zone or UTC)


def _alipay(cells: Cells) -> Line | None:
    if "退款" not in cells["type"]:
        return None
    at = _time(cells["finished"] or cells.get("created", ""), CHINA)
    return Line(
        number=_number(cells["number"], "refund no."),
        line_id=f"{at:%Y%m%d%H%M%S}",  # Alipay numbers no refund itself
        transaction_no=_number(cells["transaction_no"], "transaction no."),
        amount=_amount(cells["amount"]),
        currency="CNY",
        at=at,
    )


def _alipay_fee(cells: Cells) -> Fee | None:
    amount = _money(cells.get("fee", ""), "fee")
    if amount is None:
        return None
    at = _time(cells["finished"] or cells.get("created", ""), CHINA)
    number = transaction_no = _number(cells["transaction_no"], "transaction no.")
    line_id = f"{transaction_no} {cells['type'][:MAX_NUMBER]}"
    if "退款" in cells["type"]:
        number = _number(cells["number"], "refund no.")
        line_id = f"{transaction_no} {number} {at:%Y%m%d%H%M%S}"
    # As it changes the account: what is charged has a minus.
    return Fee(line_id, number, transaction_no, "", -amount, "CNY", at)


ALIPAY = Format(
    "alipay",
    Columns(
        names=("transaction_no", "type", "created", "finished", "amount", "number", "fee"),
        needed=("transaction_no", "type", "finished", "amount", "number"),
        also={
            "transaction_no": ("支付宝交易号",),
            "type": ("业务类型",),
            "created": ("创建时间",),
            "finished": ("完成时间",),
            "amount": ("订单金额（元）", "订单金额"),
            "number": ("退款批次号/请求号", "退款批次号", "退款请求号"),
            "fee": ("服务费（元）", "服务费"),
        },
    ),
    _alipay,
    _alipay_fee,
)

# 退款状态: what was given back for good, what is under way, and what the buyer's account did not take or WeChat Pay has
# closed: that money is the merchant's again. Others say nothing that is known.
_WECHAT_PAID, _WECHAT_OPEN = ("SUCCESS", ""), ("PROCESSING",)
_WECHAT_ENDED = ("CHANGE", "ABNORMAL", "FAIL", "REFUNDCLOSE", "CLOSED")


def _wechatpay(cells: Cells) -> Line | None:
    status = cells.get("refund_status", "").upper()
    number = cells["number"]
    if number in ("", "0") or status not in (*_WECHAT_PAID, *_WECHAT_OPEN, *_WECHAT_ENDED):
        return None
    asked = cells.get("asked", "")
    return Line(
        number=_number(number, "refund no."),
        line_id=_number(cells["line_id"], "refund no. of the channel"),
        transaction_no=_number(cells["transaction_no"], "transaction no."),
        # Without the coupons that WeChat takes back itself `refunded` would be less than what was asked for.
        amount=_amount(asked if asked.strip("0.") else cells["refunded"]),
        currency=cells.get("currency", "") or "CNY",
        at=_time(cells.get("paid_at", "") or cells["at"], CHINA),
        paid=status not in _WECHAT_OPEN,
        came_back=status in _WECHAT_ENDED,
    )


def _wechatpay_fee(cells: Cells) -> Fee | None:
    amount = _money(cells.get("fee", ""), "fee")
    if amount is None:
        return None
    number = transaction_no = _number(cells["transaction_no"], "transaction no.")
    line_id = f"{transaction_no} {cells.get('status', '')[:MAX_NUMBER]}"  # paid, or revoked by the merchant
    if cells["number"] not in ("", "0"):
        number = _number(cells["number"], "refund no.")
        line_id = _number(cells["line_id"], "refund no. of the channel")
    # The bill of refunds alone has the time of the payment first.
    at = _time(cells.get("asked_at", "") or cells["at"], CHINA)
    return Fee(line_id, number, transaction_no, "", amount, cells.get("currency", "") or "CNY", at)


WECHATPAY = Format(
    "wechatpay",
    Columns(
        names=(
            "at", "asked_at", "paid_at", "transaction_no", "status", "line_id", "number", "refunded", "asked",
            "refund_status", "currency", "fee",
        ),
        needed=("at", "transaction_no", "line_id", "number", "refunded"),
        also={
            "at": ("交易时间",),
            "asked_at": ("退款申请时间",),
            "paid_at": ("退款成功时间",),
            "transaction_no": ("微信订单号",),
            "status": ("交易状态",),
            "line_id": ("微信退款单号",),
            "number": ("商户退款单号",),
            "refunded": ("退款金额",),
            "asked": ("申请退款金额",),
            "refund_status": ("退款状态",),
            "currency": ("货币种类",),
            "fee": ("手续费",),
        },
    ),
    _wechatpay,
    _wechatpay_fee,
)  # fmt: skip

_STRIPE_PAID, _STRIPE_OPEN = ("", "succeeded", "paid"), ("pending", "requires_action")
_STRIPE_ENDED = ("failed", "canceled")
_STRIPE_REFUNDS = ("refund", "payment_refund")
# A balance report has a line of its own for what a refund has taken from the account and not brought to the buyer.
_STRIPE_FAILURES = ("refund_failure", "payment_refund_failure")


# Fees that are no part of a payment are lines of their own, without one in the column.
_STRIPE_FEES, _STRIPE_PAYMENTS = ("fee", "stripe_fee"), ("charge", "payment")


def _stripe_category(cells: Cells) -> str:
    return (cells.get("category", "") or cells.get("type", "") or "refund").lower()


def _stripe(cells: Cells) -> Line | None:
    category = _stripe_category(cells)
    status = cells.get("status", "").lower()
    failure = category in _STRIPE_FAILURES
    known = category in _STRIPE_REFUNDS and status in (*_STRIPE_PAID, *_STRIPE_OPEN, *_STRIPE_ENDED)
    if not failure and not known:
        return None
    gateway_no = cells.get("source", "") or cells["line_id"]
    return Line(
        number=_number(cells.get("number", "") or gateway_no, "refund no."),
        line_id=_number(cells["line_id"], "number of the line"),
        transaction_no=_number(cells.get("transaction_no", "") or gateway_no, "transaction no."),
        amount=_amount(cells.get("gross", "") or cells.get("amount", "")),
        currency=cells["currency"].upper(),
        at=_time(cells.get("created_utc", "") or cells.get("created", "")),
        paid=not failure and status not in _STRIPE_OPEN,
        came_back=failure or status in _STRIPE_ENDED,
    )


def _stripe_fee(cells: Cells) -> Fee | None:
    amount, category = _money(cells.get("fee", ""), "fee"), _stripe_category(cells)
    if amount is None:
        return None
    gross = _money(cells.get("gross", "") or cells.get("amount", ""), "amount") or Decimal(0)
    net = _money(cells.get("net", ""), "amount")
    if net is not None and gross - amount != net:
        raise ValueError(f"the fee “{cells['fee'][:40]}” is not what the net amount lacks")
    if category in _STRIPE_FEES:
        amount -= gross
    of_a_payment = category in (*_STRIPE_PAYMENTS, *_STRIPE_REFUNDS, *_STRIPE_FAILURES)
    if not amount and not of_a_payment:
        return None
    source = cells.get("source", "")
    charge_no = cells.get("charge_no", "") or (source if category in _STRIPE_PAYMENTS else "")
    number = transaction_no = cells.get("transaction_no", "") or charge_no or source or cells["line_id"]
    if category in (*_STRIPE_REFUNDS, *_STRIPE_FAILURES):
        number = cells.get("number", "") or source or cells["line_id"]
    return Fee(
        line_id=_number(cells["line_id"], "number of the line"),
        number=_number(number, "refund no."),
        transaction_no=_number(transaction_no, "transaction no."),
        charge_no=_number(charge_no, "number of the charge") if charge_no else "",
        amount=amount,
        currency=cells["currency"].upper(),
        at=_time(cells.get("created_utc", "") or cells.get("created", "")),
    )


STRIPE = Format(
    "stripe",
    Columns(
        names=(
            "line_id", "source", "number", "category", "type", "status", "gross", "amount", "fee", "net", "currency",
            "created_utc", "created", "transaction_no", "charge_no",
        ),
        needed=("line_id", "currency"),
        also={
            "line_id": ("balance_transaction_id", "id"),
            "source": ("source_id",),
            "number": ("refund_metadata[refund_no]", "metadata[refund_no]", "refund_no (metadata)", "refund_no"),
            "category": ("reporting_category",),
            "created_utc": ("created (utc)",),
            "transaction_no": ("payment_intent_id", "payment_intent", "paymentintent id"),
            "charge_no": ("charge_id", "charge"),
        },
    ),
    _stripe,
    _stripe_fee,
)  # fmt: skip

FORMATS = (ALIPAY, WECHATPAY, STRIPE)
