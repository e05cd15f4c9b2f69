"""What a buyer is offered where they may enter after-sales (申请售后): on the lines of one order, on a list of orders
and on the application page. Narrower than what a service accepts, because a page leads people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import prefetch_related_objects

from kernel.money import ZERO
from orders.api.representation import LINES
from orders.models import Order, OrderLine

from ..models import Ticket, TicketLine
from ..rules.application import LineRequest
from ..rules.refusal import Refusal
from ..states import RESERVING, Type
from .options import Choices, Goods, Option, choices_of, reasons_by_type, stock_of


@dataclass(frozen=True)
class Entry:
    """`types`: what is offered for one unit of the line. `why`: where nothing is, the refusal."""

    types: list[Option]
    why: Refusal | None = None


def offered(choices: Choices, goods: Goods | None = None, received: bool | None = None) -> list[Option]:
    """`choices.options` as a page offers them."""
    options = choices.options(goods, received)
    refusals = [_withheld(choices, option, goods, received) for option in options]
    return [
        replace(option, refusals=[refusal], claim_up_to=ZERO, only_claim=False) if refusal else option
        for option, refusal in zip(options, refusals, strict=True)
    ]


def _withheld(choices: Choices, option: Option, goods: Goods | None, received: bool | None) -> Refusal | None:
    lines = choices.lines if goods is None else [choices.by_id[item.line_id] for item in goods]
    if option.type != Type.REFUND_ONLY:
        return _of_virtual(option, lines, goods)
    if not option.only_claim or goods is None or all(line.pk in choices.own_lines for line in lines):
        return None
    # Whoever chose units that are in a ticket already means them, and not a part of their price besides.
    refusals = choices.judgement(option.type, goods, received).refusals
    return next((refusal for refusal in refusals if refusal.code == "open_ticket_exists"), None)


def _of_virtual(option: Option, lines: Sequence[OrderLine], goods: Goods | None) -> Refusal | None:
    """S-170: nothing virtual is sent, in either direction. Beside real goods it is only refunded along with them."""
    virtual = [line for line in lines if line.virtual]
    along = option.type == Type.RETURN_REFUND or goods is None
    return None if not virtual or (along and len(virtual) < len(lines)) else Refusal("type_excluded", virtual[0])


def entries_of(choices: Choices, lines: Iterable[OrderLine]) -> dict[int, Entry]:
    """Line id → its entry, for some lines of the order."""
    return {line.pk: _entry(offered(choices, (LineRequest(line.pk, 1),))) for line in lines}


def _entry(options: list[Option]) -> Entry:
    possible = [option for option in options if option.possible]
    # The first type, refund only, demands the least: what is against it is against every other type too.
    return Entry(possible) if possible else Entry([], options[0].refusals[0])


def open_entries(orders: Sequence[Order], *, now: datetime) -> set[int]:
    """The ids of the orders on which one may apply for at least one unit. Two statements for all of them, besides the
    lines where LINES was not prefetched. Fetch with policy, shop and the shop's policy (`orders.access.own_orders`)."""
    prefetch_related_objects(orders, LINES)
    reasons = reasons_by_type({order.shop_id for order in orders}) if orders else {}
    stock = stock_of(orders)
    return {order.pk for order in orders if is_open(choices_of(order, reasons[order.shop_id], stock, now=now))}


def is_open(choices: Choices) -> bool:
    """May one apply for at least one unit of the order? Judged line by line, only as far as needed."""
    one_of_each = (offered(choices, (LineRequest(line.pk, 1),)) for line in choices.lines)
    return any(option.possible for options in one_of_each for option in options)


def tickets_on(lines: Iterable[OrderLine], *, but: Ticket | None = None) -> dict[int, list[str]]:
    """Line id → the numbers of the open tickets that have units or money of it, the newest first; `but` one that is
    being changed. One statement, none where no ticket is open."""
    allocated = [line for line in lines if line.open_quantity or line.open_amount]
    if not allocated:
        return {}
    rows = TicketLine.objects.filter(shop_id=allocated[0].shop_id, line__in=allocated, ticket__status__in=RESERVING)
    if but is not None:
        rows = rows.exclude(ticket_id=but.pk)
    numbers: dict[int, list[str]] = {}
    for line_id, number in rows.order_by("-ticket_id").values_list("line_id", "ticket__ticket_no"):
        numbers.setdefault(line_id, []).append(number)
    return numbers
