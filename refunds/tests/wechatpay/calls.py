"""The calls of the port, short."""

from decimal import Decimal
from typing import Any

from refunds.gateways import BankCard, Deadline, Receipt
from refunds.gateways.wechatpay.adapter import WechatPay

AMOUNT, FEN = Decimal("12.30"), 1230
CARD = BankCard("ICBC_DEBIT", "6222020200112233445", "张三")


def ask(wechatpay: WechatPay, payment: str, number: str = "RF1", *, seconds: float = 5.0, **other: Any) -> Receipt:
    call: dict[str, Any] = {"amount": AMOUNT, "total": Decimal(100), "currency": "CNY"} | other
    return wechatpay.request(refund_no=number, transaction_no=payment, deadline=Deadline.after(seconds), **call)


def look(wechatpay: WechatPay, payment: str, number: str = "RF1", *, seconds: float = 5.0) -> Receipt:
    return wechatpay.query(refund_no=number, transaction_no=payment, deadline=Deadline.after(seconds))


def redirect(wechatpay: WechatPay, payment: str, card: BankCard | None = CARD) -> Receipt:
    """Of a refund that WeChat Pay knows."""
    call: dict[str, Any] = {"refund_no": "RF1", "gateway_no": look(wechatpay, payment).gateway_no}
    return wechatpay.apply_abnormal_refund(transaction_no=payment, card=card, deadline=Deadline.after(5.0), **call)
