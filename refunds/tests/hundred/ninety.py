"""A payment of 90, those who want 30 of it, the channel that pays, and what holds afterwards."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum

from kernel.errors import Conflict
from kernel.money import ZERO
from orders import services as orders
from orders.models import Order
from refunds import services
from refunds.gateways import Deadline, Notice, NoticeKind, Outcome, Receipt, RequestRefused
from refunds.ledger.accounts import Account
from refunds.machine import UNPAID, Status
from refunds.models import LedgerEntry, Refund
from refunds.notices.models import State
from refunds.notices.receive import receive
from refunds.tests.helpers import later, paid, payment, reserve
from refunds.tests.test_ledger import differences
from tests.world import World

MANY, PART, WHOLE = 100, Decimal("30.00"), Decimal("90.00")
REFUSALS = {"ok", "over_refund", "conflict", "illegal_transition"}


class Channel:
    """Pays each number once, but for those that it is to refuse."""

    def __init__(self) -> None:
        self.paid: dict[str, Decimal] = {}
        self.refuses: set[str] = set()

    def request(self, *, refund_no: str, amount: Decimal, **_: object) -> Receipt:
        if refund_no in self.refuses:
            raise RequestRefused("no", permanent=True)
        self.paid[refund_no] = amount
        return Receipt(Outcome.SUCCEEDED, f"G-{refund_no}")

    def query(self, *, refund_no: str, transaction_no: str, deadline: Deadline) -> Receipt:
        known = refund_no in self.paid
        return Receipt(Outcome.SUCCEEDED, f"G-{refund_no}") if known else Receipt(Outcome.NOT_FOUND)


def ninety(world: World, channel: str = "sandbox") -> Order:
    order = paid(world, "PAY-90", amount=str(WHOLE))
    if channel != "sandbox":
        order.payments.update(channel=channel)
    return order


def rows(order: Order, status: str, count: int = MANY, *, name: str = "RF", **columns: Any) -> list[Refund]:
    """Refunds that failed or came back, as they are stored: none of them holds money of the payment."""
    of = payment(order)
    facts = {
        "shop_id": order.shop_id, "payment": of, "amount": PART, "status": status, "created_at": of.paid_at,
        "attempts": 1, "sent_at": later(-2), "answered_at": later(-2),
    }  # fmt: skip
    if status == Status.RETURNED:
        facts["returned_at"] = of.paid_at
    numbers = [f"{name}-{status}-{number}" for number in range(count)]
    return Refund.objects.bulk_create([Refund(refund_no=one, **(facts | columns)) for one in numbers])


def reserve_behind(world: World, order: Order) -> Refund:
    """As for goods that have come back, whatever a bank decides."""
    with transaction.atomic():
        orders.lock(order.pk, shop_id=order.shop_id)
        of = payment(order)
        refund = services.reserve(of, PART, actor=world.actor("mei"), now=world.now, behind_bank=True)
        services.pay_by_bank(refund, of, now=world.now)
    return refund


def notice(row: Refund, outcome: Outcome, world: World) -> None:
    """The channel says of `row` what became of it. Conflict where that moves nothing."""
    said = Notice(
        f"{outcome}-{row.refund_no}",
        NoticeKind.REFUND,
        at=later(),
        transaction_no="PAY-90",
        refund_no=row.refund_no,
        amount=PART,
        currency="CNY",
        receipt=Receipt(outcome, "G"),
    )
    if receive(row.payment.channel, "", said, verified_by=[0], now=world.now).state != State.APPLIED:
        raise Conflict()


def holding(order: Order) -> list[Refund]:
    """What is reserved, on its way or paid."""
    return list(Refund.objects.filter(payment__order=order).exclude(status__in=UNPAID).order_by("pk"))


def fill_up(order: Order, now: datetime) -> None:
    """Takes what was given free after the last of them had been refused."""
    while payment(order).left >= PART:
        reserve(order, str(PART), now=now)


def send_all(world: World, order: Order) -> None:
    for step in range(1, 4):
        for refund in holding(order):
            services.send(refund.pk, now=world.now, wall=later(step))


def booked(order: Order) -> Decimal:
    """By the ledger: what goes or went back to the buyer."""
    entries = LedgerEntry.objects.filter(payment=payment(order))
    sums = entries.aggregate(
        out=Sum("amount", filter=Q(debit=Account.REFUNDS)), back=Sum("amount", filter=Q(credit=Account.REFUNDS))
    )
    return (sums["out"] or ZERO) - (sums["back"] or ZERO)


def check_three(order: Order) -> list[Refund]:
    """By rows, by the sums of the payment, and by the ledger."""
    held, of = holding(order), payment(order)
    assert [refund.amount for refund in held] == [PART] * 3
    assert (of.refunded, of.charged_back, of.left) == (WHOLE, ZERO, ZERO)
    assert booked(order) == WHOLE
    assert differences() == []
    return held
