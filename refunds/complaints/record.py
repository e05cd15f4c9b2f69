"""What a channel says of a complaint, stored: one row a payment, however it was learned."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from kernel.actors import GATEWAY
from kernel.machine import advance, begin
from kernel.privacy.erasing import ERASED
from orders import services as orders
from orders.models import Order, Payment

from ..gateways import ComplaintReport
from ..signals import complaint_changed
from . import policy
from .machine import Status
from .models import Complaint

OPEN = (Status.OPEN, Status.ANSWERED)


def record_complaints(
    payments: Iterable[Payment], report: ComplaintReport, *, asked_at: datetime, now: datetime
) -> list[Complaint]:
    """Of each payment, with its order, in the sequence in which orders are locked. `asked_at`: when the question was
    sent to which this is the answer."""
    return [_record(payment, report, asked_at, now) for payment in payments]


@transaction.atomic
def _record(payment: Payment, report: ComplaintReport, asked_at: datetime, now: datetime) -> Complaint:
    order = orders.lock(payment.order_id, shop_id=payment.shop_id, like=payment.order)
    rows = Complaint.objects.filter(shop_id=payment.shop_id, payment=payment, complaint_no=report.complaint_no)
    complaint = rows.first()
    if complaint is not None and asked_at <= complaint.asked_at:
        return complaint  # the answer to an earlier question
    facts = _facts(report, asked_at)
    if complaint is None:
        complaint = _begin(payment, report, facts, now)
    else:
        rows.exclude(text=ERASED).update(text=facts.pop("text"))  # what was erased stays so
        rows.update(**facts)
    moved = _move(complaint, report.status, now)
    if moved.status != complaint.status or order.complained != (moved.status in OPEN):
        _mark(order)
    complaint_changed.send(sender=Complaint, complaint=moved, order=order, now=now)
    return moved


def _begin(payment: Payment, report: ComplaintReport, facts: dict[str, object], now: datetime) -> Complaint:
    channel, opened_at = payment.channel, report.opened_at
    row = Complaint(
        payment=payment,
        complaint_no=report.complaint_no,
        opened_at=opened_at,
        answer_by=policy.answer_by(channel, opened_at),
        solve_by=policy.solve_by(channel, opened_at),
        **facts,
    )
    return begin(row, actor=GATEWAY, now=now, data={"amount": report.amount} if report.amount else None)


def _facts(report: ComplaintReport, asked_at: datetime) -> dict[str, object]:
    return {
        "channel_status": report.channel_status[:32],
        "reason": report.reason[:120],
        "text": report.text.replace("\0", "")[: policy.TEXT_LENGTH],
        "amount": _stored(report.amount),
        "with_platform": report.with_platform,
        "fully_refunded": report.fully_refunded,
        "asked_at": asked_at,
    }


def _stored(amount: Decimal | None) -> Decimal | None:
    return amount if amount is not None and 0 < amount < Decimal(10) ** 10 else None


def _move(complaint: Complaint, status: str, now: datetime) -> Complaint:
    """To what the channel says now, each step of it in the history."""
    while complaint.status != status:
        step = Complaint.locked(complaint.pk, shop_id=complaint.shop_id)
        verb = step.close if status == Status.CLOSED else step.answer if step.status == Status.OPEN else step.reopen
        complaint = advance(verb, actor=GATEWAY, now=now)
    return complaint


def _mark(order: Order) -> None:
    """Whether a complaint about a payment of the order is open: what new tickets of it show."""
    rows = Complaint.objects.filter(shop_id=order.shop_id, payment__order=order, status__in=OPEN)
    order.complained = rows.exists()
    Order.objects.filter(shop_id=order.shop_id, pk=order.pk).update(complained=order.complained)
