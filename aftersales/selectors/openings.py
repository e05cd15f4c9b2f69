"""Where a buyer may enter after-sales (申请售后): on the lines of one order and on a list of orders."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import prefetch_related_objects

from orders.api.representation import LINES
from orders.models import Order, OrderLine

from ..rules.application import LineRequest
from .options import Choices, Option, choices_of, reasons_by_type, stock_of


@dataclass(frozen=True)
class Entry:
    """`types`: what is possible for one unit of the line. `why`: where nothing is, the code of the reason."""

    types: list[Option]
    why: str = ""


def entries_of(choices: Choices, lines: Iterable[OrderLine]) -> dict[int, Entry]:
    """Line id → its entry, for some lines of the order."""
    return {line.pk: _entry(choices.options((LineRequest(line.pk, 1),))) for line in lines}


def _entry(options: list[Option]) -> Entry:
    possible = [option for option in options if option.possible]
    # The first type, refund only, demands the least: what is against it is against every other type too.
    return Entry(possible) if possible else Entry([], options[0].reasons[0])


def open_entries(orders: Sequence[Order], *, now: datetime) -> set[int]:
    """The ids of the orders on which one may apply for at least one unit. Two statements for all of them, besides the
    lines where LINES was not prefetched. Fetch with policy, shop and the shop's policy (`orders.access.own_orders`)."""
    prefetch_related_objects(orders, LINES)
    reasons, stock = reasons_by_type() if orders else {}, stock_of(orders)
    return {order.pk for order in orders if is_open(choices_of(order, reasons, stock, now=now))}


def is_open(choices: Choices) -> bool:
    """May one apply for at least one unit of the order? Judged line by line, only as far as needed."""
    one_of_each = (choices.options((LineRequest(line.pk, 1),)) for line in choices.lines)
    return any(option.possible for options in one_of_each for option in options)
