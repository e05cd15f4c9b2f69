"""What an order holds of its buyer, and how it is erased once the law lets go (D-6).

An order goes as a whole: three years (`RETENTION_YEARS`) after the last line of the history of the order or of anything
that hangs on it. Numbers, goods, amounts, payments and times stay: the books still add up, and are about nobody.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.privacy.export import except_from_export, export
from accounts.privacy.parts import Blocker, Erased, Part, register
from accounts.privacy.retention import cut, keep_until
from kernel.actors import Actor
from kernel.models import History
from kernel.privacy.erasing import ERASED, erase_history, erased

from .machine import REFUNDED, Status
from .models import Note, Order, OrderLine, Payment, Promotion
from .services.locking import lock

if TYPE_CHECKING:
    from django.db.models import QuerySet

BATCH = 500
UNFINISHED = (Status.PAID, Status.SHIPPED)


@dataclass(frozen=True, kw_only=True)
class OfOrder:
    """What hangs on orders. `rows(shop_id, order ids)`: id → order id of the rows of `machine`. `written(shop_id,
    order ids)`: order id → when something was last written there. `erase(order, user, actor)`: their texts."""

    machine: str = ""
    rows: Callable[[int, list[int]], Mapping[int, int]] | None = None
    written: Callable[[int, list[int]], Mapping[int, datetime]] | None = None
    erase: Callable[[Order, User, Actor], None] | None = None


_ON_ORDERS: list[OfOrder] = []


def add_to_orders(part: OfOrder) -> None:
    """Called by the apps above for what they hang on orders."""
    _ON_ORDERS.append(part)


def last_moments(shop_id: int, ids: list[int]) -> dict[int, datetime]:
    """Order id → when something last happened on it or on anything that hangs on it. Constant statements."""
    last: dict[int, datetime] = {}

    def note(moments: Iterable[tuple[int, datetime]]) -> None:
        for order_id, at in moments:
            last[order_id] = max(last.get(order_id, at), at)

    for part in _ON_ORDERS:
        if part.rows is not None:
            orders = part.rows(shop_id, ids)
            lines = History.objects.filter(shop_id=shop_id, machine=part.machine, object_id__in=orders)
            note((orders[pk], at) for pk, at in lines.values_list("object_id").annotate(at=Max("at")))
        if part.written is not None:
            note(part.written(shop_id, ids).items())
    return last


def _not_erased(user: User) -> "QuerySet[Order]":
    return Order.objects.filter(buyer_id=user.pk, erased_at=None)


def _batches(user: User) -> Iterator[tuple[int, list[Order]]]:
    """The orders of a person whose data is not erased, by shop, finished or not."""
    by_shop: defaultdict[int, list[Order]] = defaultdict(list)
    for order in _not_erased(user).only("id", "shop_id", "status", "open_cases", "placed_at").order_by("id"):
        by_shop[order.shop_id].append(order)
    for shop_id, orders in by_shop.items():
        for start in range(0, len(orders), BATCH):
            yield shop_id, orders[start : start + BATCH]


def _sorted(user: User, now: datetime) -> Iterator[tuple[int, int, datetime | None]]:
    """(order id, shop id, kept until) of each order; None: it is due."""
    for shop_id, orders in _batches(user):
        last = last_moments(shop_id, [order.pk for order in orders])
        for order in orders:
            at = last.get(order.pk, order.placed_at)
            # What is not finished is judged again later: an end is a line in its history.
            finished = order.status not in UNFINISHED and not order.open_cases
            yield order.pk, shop_id, None if finished and at <= cut(now) else max(keep_until(at), now)


def due(user: User, now: datetime) -> Erased:
    return sum((Erased(int(until is None), until) for _pk, _shop, until in _sorted(user, now)), Erased())


def erase_due(user: User, actor: Actor, now: datetime, step: Callable[[], object]) -> Erased:
    result = Erased()
    for pk, shop_id, until in _sorted(user, now):
        if until is None:
            erase_order(pk, shop_id, user, actor=actor, now=now)
            step()
        result += Erased(int(until is None), until)
    return result


@transaction.atomic
def erase_order(pk: int, shop_id: int, user: User, *, actor: Actor, now: datetime) -> None:
    """All texts of one order and of what hangs on it, in one transaction under its lock."""
    order = lock(pk, shop_id=shop_id)
    for part in _ON_ORDERS:
        if part.rows is not None:
            erase_history(shop_id, part.machine, part.rows(shop_id, [pk]), person=user.pk, actor=actor)
        if part.erase is not None:
            part.erase(order, user, actor)
    order.erased_at = now
    order.save(update_fields=["erased_at"])


def mark(text: str) -> str:
    return ERASED if text else ""


def _erase(order: Order, user: User, actor: Actor) -> None:
    order.receiver_name = order.receiver_phone = order.receiver_address = ""
    # A hash of the content: with it, a phone could be found by trying. The same order is refused from now on.
    order.fingerprint = ""
    order.close_reason = order.close_reason if order.close_reason == REFUNDED else mark(order.close_reason)
    order.save(update_fields=["receiver_name", "receiver_phone", "receiver_address", "fingerprint", "close_reason"])
    for note in order.notes.all():
        note.text, note.facts = mark(note.text), erased(note.facts)
        note.author_name = ERASED if note.author_id == user.pk else note.author_name
        note.save(update_fields=["text", "facts", "author_name"])


def _noted(shop_id: int, ids: list[int]) -> dict[int, datetime]:
    rows = Note.objects.filter(shop_id=shop_id, order_id__in=ids)
    return dict(rows.order_by().values_list("order_id").annotate(at=Max("at")))


add_to_orders(OfOrder(machine="order", rows=lambda shop_id, ids: {pk: pk for pk in ids}, written=_noted, erase=_erase))
register(
    Part(
        name="orders",
        blockers=(
            Blocker(
                "unfinished_orders",
                _("One of your orders isn't finished. Confirm receipt or wait until it is."),
                lambda user: Order.objects.filter(buyer_id=user.pk, status__in=UNFINISHED).exists(),
            ),
            Blocker(
                "open_tickets",
                _("One of your after-sales tickets is open. Wait until it ends, or withdraw it."),
                lambda user: Order.objects.filter(buyer_id=user.pk, open_cases__gt=0).exists(),
            ),
        ),
        erase_due=erase_due,
        due=due,
    )
)

export(
    Order,
    lambda user: Order.objects.filter(buyer_id=user.pk),
    fingerprint="a checksum of what the shop's system sent",
    policy="the shop's numbers, by their version",
)
export(OrderLine, lambda user: OrderLine.objects.filter(order__buyer_id=user.pk))
export(Promotion, lambda user: Promotion.objects.filter(order__buyer_id=user.pk))
export(Payment, lambda user: Payment.objects.filter(order__buyer_id=user.pk))
export(Note, lambda user: Note.objects.filter(Q(order__buyer_id=user.pk) | Q(author_id=user.pk)))
except_from_export(
    {
        "orders.sku": "goods of a shop",
        "orders.stock": "goods of a shop",
        "orders.reservation": "goods of a shop, by the number of a ticket",
    }.items()
)
