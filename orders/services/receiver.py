"""Who receives the goods: masked for everybody but the buyer, in full by an action that history keeps (ux 9)."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from kernel.actors import Actor
from kernel.machine import advance, advance_many, record

from ..models import Order
from .locking import lock

if TYPE_CHECKING:
    from django.db.models import QuerySet

COLUMNS = ("name", "phone", "address")
# How they were seen: one order, a list of what waits to be shipped, or a file for somebody who decides about the order.
ONE, LIST, FILE = "order", "list", "file"


@transaction.atomic
def show_receiver(order: Order, *, actor: Actor, now: datetime) -> Order:
    """The order, whose receiver the caller may now be shown in full. 403 for who does not ship, 409 once nothing is
    to be sent any more."""
    moved: Order = advance(order.receiver, actor=actor, now=now, data=_facts(ONE))
    return moved


def show_receivers(orders: "QuerySet[Order]", *, actor: Actor, now: datetime) -> list[Order]:
    """`show_receiver` for a list of one shop, with a line for each order; those where it is not possible are left
    out. A constant number of statements."""
    rows = orders.order_by("id")
    # Waited for: an order that somebody else is at work on belongs on the list all the same.
    return advance_many(rows, "receiver", actor=actor, now=now, data=_facts(LIST), skip_locked=False).moved


@transaction.atomic
def note_receiver_in_file(
    order: Order, columns: tuple[str, ...], *, remark: str, facts: Mapping[str, str], actor: Actor, now: datetime
) -> None:
    """A line of history for columns of the receiver that went into a file, whatever became of the order since. The
    caller has checked who may have it. `remark`: a code of kernel/remarks.py, with `facts`."""
    order = lock(order.pk, shop_id=order.shop_id, like=order)
    data = {"shown": list(columns), "where": FILE, "remark": remark, **facts}
    record(order, "receiver", order.status, actor=actor, now=now, data=data)


def _facts(where: str) -> dict[str, object]:
    """What was shown and where, never the values themselves: history outlives them."""
    return {"shown": list(COLUMNS), "where": where}
