"""A payable that was approved and is being paid out, and what its attempts come to."""

from decimal import Decimal

from kernel.actors import RULE
from orders.models import Order
from refunds.models import Payable, Transfer
from refunds.payables import pay_out
from refunds.payables import services as payables
from refunds.policy import Result
from refunds.tests.helpers import later, paid
from refunds.transfers.send import attempt
from tests.world import World

AMOUNT = Decimal("20.00")


def bought(world: World, number: str, channel: str = "alipay") -> Order:
    order = paid(world, number)
    order.payments.update(channel=channel)
    return order


def approved(world: World, number: str = "PAY-1", channel: str = "alipay", amount: str = "20.00") -> Payable:
    order = bought(world, number, channel)
    row, _new = payables.owe(order, kind="goodwill", amount=Decimal(amount), key="ticket:1", actor=RULE, now=world.now)
    return payables.approve(row, actor=world.actor("mei"), now=world.now)


def chosen(world: World, number: str = "PAY-1", channel: str = "alipay") -> Transfer:
    """By the second person, and not sent yet."""
    payable = pay_out.transfer(approved(world, number, channel), actor=world.actor("song"), now=world.now)
    return payable.transfers.get()


def fresh(transfer: Transfer) -> Transfer:
    return Transfer.objects.select_related("payable", "payment").get(pk=transfer.pk)


def run(transfer: Transfer, world: World, steps: int = 8) -> list[Result]:
    """What each attempt came to, until the transfer has ended."""
    results = []
    for step in range(steps):
        results.append(attempt(transfer.pk, now=world.now, wall=later(step + 1)))
        if results[-1] in (Result.SETTLED, Result.FAILED):
            return results
    raise AssertionError(f"never ended: {results}")
