"""Refunds for tests: reserved by the service, sent to a gateway that the test scripts."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from kernel.actors import CLOCK
from orders import services as orders
from orders.models import Order, Payment
from refunds import gateways, services
from refunds.gateways import Deadline, Outcome, Receipt
from refunds.models import Refund, SandboxRefund
from tests.world import World

SECOND = timedelta(seconds=1)


def paid(world: World, *numbers: str, amount: str = "100.00", **data: object) -> Order:
    """A paid order with a tender of `amount` for each transaction number."""
    numbers = numbers or ("PAY-1",)
    return world.place_order(
        lines=[("TEE", str(Decimal(amount) * len(numbers)), 1)],
        payments=[(number, amount) for number in numbers],
        **data,  # type: ignore[arg-type]
    )


def payment(order: Order) -> Payment:
    return order.payments.order_by("id")[0]


def reserve(order: Order, amount: str = "60.00", *, now: datetime) -> Refund:
    with transaction.atomic():
        orders.lock(order.pk, shop_id=order.shop_id)
        return services.reserve(payment(order), Decimal(amount), actor=CLOCK, now=now)


def later(steps: int = 1) -> datetime:
    """A real clock by which every pushed-on refund is due and every lease over."""
    return timezone.now() + steps * timedelta(hours=1)


def carried_out(transaction_no: str) -> list[Decimal]:
    rows = SandboxRefund.objects.filter(transaction_no=transaction_no, carried_out_at__isnull=False)
    return [row.amount for row in rows]


class Scripted:
    """A gateway that answers from a list: a receipt is returned, an exception raised. Remembers who was asked what."""

    def __init__(self, *answers: Receipt | Exception) -> None:
        self.answers = list(answers)
        self.calls: list[tuple[str, str]] = []
        self.deadlines: list[Deadline] = []
        self.seconds_per_call = 0.0

    def _answer(self, call: str, refund_no: str, deadline: Deadline) -> Receipt:
        self.calls.append((call, refund_no))
        self.deadlines.append(deadline)
        time.sleep(self.seconds_per_call)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def request(
        self,
        *,
        refund_no: str,
        transaction_no: str,
        amount: Decimal,
        total: Decimal,
        currency: str,
        deadline: Deadline,
    ) -> Receipt:
        return self._answer("request", refund_no, deadline)

    def query(self, *, refund_no: str, transaction_no: str, deadline: Deadline) -> Receipt:
        return self._answer("query", refund_no, deadline)


YES = Receipt(Outcome.SUCCEEDED, "G-1")
BUSY = Receipt(Outcome.PROCESSING)
UNKNOWN_THERE = Receipt(Outcome.NOT_FOUND)


@contextmanager
def channel(gateway: gateways.Gateway | None, name: str = "sandbox") -> Iterator[None]:
    """Puts `gateway` in the place of a channel for the time of the test; None takes the channel away."""
    before = gateways.get(name)
    gateways._GATEWAYS.pop(name, None)
    if gateway is not None:
        gateways.register(name, gateway)
    try:
        yield
    finally:
        gateways._GATEWAYS.pop(name, None)
        if before is not None:
            gateways.register(name, before)
