"""Stripe's events, as far as money goes back by them; every other genuine one is only received."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from ..port import ChargebackStatus, GatewayError, Notice, NoticeKind, NoticeRefused
from . import signing, units
from .messages import Object, inner, number, text
from .refunds import StripeRefund

OF_REFUNDS = ("refund.created", "refund.updated", "refund.failed", "charge.refund.updated")
OF_CHARGES = ("charge.refunded",)
OF_DISPUTES = "charge.dispute."
# An inquiry (warning_…) has taken no money: a refund answers it, and must not wait for it.
DISPUTES = {
    "needs_response": ChargebackStatus.OPEN,
    "under_review": ChargebackStatus.OPEN,
    "won": ChargebackStatus.WON,
    "lost": ChargebackStatus.LOST,
}


def read(*, headers: Mapping[str, str], body: bytes, now: datetime, secret: str) -> Notice:
    signing.verify(headers.get("stripe-signature", ""), body, secret=secret, now=now)
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        event = None
    if not isinstance(event, dict) or not text(event, "id"):
        raise NoticeRefused("no event of Stripe")
    kind, source = text(event, "type"), inner(event, "data", "object")
    notice = Notice(text(event, "id"), NoticeKind.OTHER, at=_time(event))
    if kind in OF_REFUNDS:
        return _refund(notice, source)
    if kind in OF_CHARGES:
        return replace(_payment(notice, source), kind=NoticeKind.REFUND)
    return _dispute(notice, source) if kind.startswith(OF_DISPUTES) else notice


def _refund(notice: Notice, source: Object) -> Notice:
    """A refund without our number was made by a person at Stripe: its payment is named, and nothing else."""
    refund = StripeRefund(source)
    notice = replace(
        _payment(notice, source),
        kind=NoticeKind.REFUND,
        refund_no=refund.refund_no,
        amount=refund.amount,
        currency=refund.currency,
        failure=refund.failure,
    )
    try:
        return notice if refund.failure else replace(notice, receipt=refund.receipt())
    except GatewayError:
        return notice  # a status without a meaning: something happened


def _dispute(notice: Notice, source: Object) -> Notice:
    status, currency = DISPUTES.get(text(source, "status")), text(source, "currency").upper()
    if status is None:
        return notice
    units_taken = number(source, "amount")
    return replace(
        _payment(notice, source),
        kind=NoticeKind.CHARGEBACK,
        chargeback_no=text(source, "id"),
        chargeback=status,
        amount=None if units_taken is None else units.from_units(units_taken, currency),
        currency=currency,
        reason=text(source, "reason"),
    )


def _payment(notice: Notice, source: Object) -> Notice:
    """An order may have named either number."""
    charge = text(source, "id") if text(source, "object") == "charge" else text(source, "charge")
    intent = text(source, "payment_intent")
    return replace(notice, transaction_no=intent or charge, charge_no=charge if intent else "")


def _time(event: Object) -> datetime | None:
    at = number(event, "created")
    try:
        return None if at is None else datetime.fromtimestamp(at, UTC)
    except (OverflowError, OSError, ValueError):
        return None
