"""From lines of a list to parcels: checked all at once, then shipped slice by slice, one transaction a parcel."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from time import monotonic
from typing import TypeVar

from django.core import signing
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from accounts.access import desk_rows
from accounts.models import User
from kernel.errors import DomainError, Invalid, NotFound
from kernel.numbers import comparable
from logistics.services import check_ship, sent_under, ship_once
from orders.access import acting_on
from orders.models import Order, OrderLine
from orders.services import show_receiver
from web.forms import Arguments

from ..bulk.run import carry_out
from .file import Bad, Read, Row
from .remarks import REMARKS, remarks_of

T = TypeVar("T")

CHUNK = 500  # orders read at once
SLICE = 100  # packets a request
SECONDS = 5.0  # after which a request answers, however many are left
SALT = "desk.shipping.views"
A_DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Packet:
    """The lines of the list that go under one number. `goods`: what is sent with it, (sku, title, units), as judged
    before the start, and `remark`: those of the order; they are shown, and do not travel."""

    rows: list[Row]
    goods: list[tuple[str, str, int]] = field(default_factory=list)
    remark: str = ""

    @property
    def first(self) -> Row:
        return self.rows[0]

    @property
    def units_by_sku(self) -> dict[str, int] | None:
        """SKU → units; None: a line names no goods, so everything that may leave."""
        if any(not row.sku for row in self.rows):
            return None
        units_by_sku: Counter[str] = Counter()
        for row in self.rows:
            units_by_sku[row.sku] += int(row.quantity)
        return dict(units_by_sku)


@dataclass(frozen=True)
class Work:
    """What is to be done, and what has become of the rest. Travels signed in the form from slice to slice."""

    todo: list[Packet] = field(default_factory=list)
    already: list[Row] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)
    shipped: int = 0
    left: int = 0

    @property
    def total(self) -> int:
        return self.shipped + len(self.todo)

    def pack(self, user: User) -> str:
        state = {
            "todo": [[row.cells for row in packet.rows] for packet in self.todo],
            "already": [row.cells for row in self.already],
            "bad": [[bad.row.cells, bad.reason] for bad in self.bad],
            "counts": [self.shipped, self.left],
            "user": user.pk,
        }
        return signing.dumps(state, salt=SALT, compress=True)

    @classmethod
    def unpack(cls, text: str, user: User) -> "Work":
        try:
            state = signing.loads(text, salt=SALT, max_age=A_DAY)
        except signing.BadSignature:
            state = {}
        if state.get("user") != user.pk:
            raise Invalid(_("This list has expired. Choose the file again; nothing ships twice."))
        return cls(
            [Packet([Row(*cells) for cells in rows]) for rows in state["todo"]],
            [Row(*cells) for cells in state["already"]],
            [Bad(Row(*cells), reason) for cells, reason in state["bad"]],
            *state["counts"],
        )


def judge(read: Read, user: User) -> Work:
    """Nothing is shipped yet. Constant statements for every 500 orders."""
    work = Work(bad=list(read.bad), left=read.left)
    numbers: defaultdict[str, set[str]] = defaultdict(set)
    for row in read.rows:
        numbers[row.order_no].add(row.tracking_no)
    for packets in chunked(_packets(read.rows)):
        orders = _orders(user, (packet.first.order_no for packet in packets))
        sent = sent_under([order.pk for order in orders.values() if order is not None])
        for packet in packets:
            order, number = orders.get(packet.first.order_no), packet.first.tracking_no
            if order is None:
                work.bad.extend(Bad(row, _no_order(orders, packet)) for row in packet.rows)
            elif comparable(number) in sent[order.pk]:
                work.already.extend(packet.rows)
            elif reason := _why_not(packet, order, user, several=len(numbers[packet.first.order_no]) > 1):
                work.bad.extend(Bad(row, reason) for row in packet.rows)
            else:
                work.todo.append(replace(packet, goods=_goods(packet, order), remark=remarks_of(order)))
    return replace(work, bad=sorted(work.bad, key=lambda bad: bad.row.line))


def ship_slice(work: Work, user: User, clock: Callable[[], datetime]) -> Work:
    """The next parcels, until the time of one request is up; at least one. `clock` tells when each left."""
    started, done, shipped = monotonic(), 0, 0
    already, bad = list(work.already), list(work.bad)
    packets = work.todo[:SLICE]
    orders = _orders(user, (packet.first.order_no for packet in packets))
    for packet in packets:
        number = packet.first.order_no
        # The second packet of an order is told by what the first one left.
        order = orders.pop(number, None)
        if order is None:
            again = _orders(user, [number])
            order = again.get(number)
        answer = _no_order(again, packet) if order is None else _ship(packet, order, user, clock())
        if isinstance(answer, str):
            bad += [Bad(row, answer) for row in packet.rows]
        elif answer:
            shipped += 1
        else:
            already += packet.rows
        done += 1
        if monotonic() - started > SECONDS:
            break
    bad.sort(key=lambda one: one.row.line)
    return Work(work.todo[done:], already, bad, work.shipped + shipped, work.left)


def receiver_of(work: Work, number: str, user: User, now: datetime) -> Order:
    """The order of a line that is to be shipped, whose receiver its person may now read; with a line in its history.
    404 where no such line is left, 403 and 409 as `orders.services.show_receiver`."""
    if not any(packet.first.order_no == number for packet in work.todo):
        raise NotFound()
    order = _orders(user, [number]).get(number)
    if order is None:
        raise NotFound()
    return show_receiver(order, actor=acting_on(user, order), now=now)


def _ship(packet: Packet, order: Order, user: User, now: datetime) -> bool | str:
    """True: shipped; False: it was already; otherwise why not."""

    def step() -> bool:
        return ship_once(order, **_arguments(packet, order), actor=acting_on(user, order), now=now)

    outcome = carry_out(step)
    return _sentence(outcome.refusal, order) if outcome.refusal else bool(outcome.result)


def _no_order(orders: dict[str, Order | None], packet: Packet) -> str:
    if packet.first.order_no in orders:
        return _("Several of your shops have an order with this number. Ship it from its own page.")
    return _("None of your shops has this order.")


def _why_not(packet: Packet, order: Order, user: User, *, several: bool) -> str:
    if several and packet.units_by_sku is None:
        return _("The order is listed with several tracking numbers. Enter the goods (sku) and quantity on each line.")
    try:
        check_ship(order, **_arguments(packet, order), actor=acting_on(user, order))
    except DomainError as error:
        return _sentence(error, order)
    return ""


def _sentence(error: DomainError, order: Order) -> str:
    if error.code == "illegal_transition":
        status = dict(Order._meta.get_field("status").flatchoices).get(error.details["status"], "")
        return _("Not possible: the order is “%(status)s”.") % {"status": status}
    return " ".join([text for texts in (error.errors or {}).values() for text in texts] or [error.message])


def _arguments(packet: Packet, order: Order) -> Arguments:
    """For the service: the waybill, and the lines of the order that the goods named are."""
    bill = {"courier": packet.first.courier, "tracking_no": packet.first.tracking_no}
    return {**bill, "lines": None if packet.units_by_sku is None else _lines(order, packet.units_by_sku)}


def _lines(order: Order, units_by_sku: dict[str, int]) -> list[dict[str, int]]:
    """Units by line. Goods that need no packet go along with the last of those that do."""
    result: Counter[int] = Counter()
    for sku, units in units_by_sku.items():
        lines = [line for line in order.lines.all() if comparable(line.sku.code) == comparable(sku)]
        if not lines:
            raise Invalid(errors={"sku": [_("The order doesn't contain “%(sku)s”.") % {"sku": sku}]})
        for line in lines:
            result[line.pk] += (units_taken := min(units, max(line.to_ship, 0)))
            units -= units_taken
        result[lines[-1].pk] += units  # more than may leave: the service says so
    if all(result[line.pk] >= line.to_ship for line in order.lines.all() if not line.virtual):
        result.update({line.pk: line.to_ship for line in order.lines.all() if line.virtual and line.to_ship > 0})
    return [{"line_id": pk, "quantity": units} for pk, units in result.items() if units]


def _goods(packet: Packet, order: Order) -> list[tuple[str, str, int]]:
    units_by_sku = packet.units_by_sku
    sent = None if units_by_sku is None else {x["line_id"]: x["quantity"] for x in _lines(order, units_by_sku)}
    units = {line.pk: line.to_ship if sent is None else sent.get(line.pk, 0) for line in order.lines.all()}
    return [(x.sku.code, x.shown_name, units[x.pk]) for x in order.lines.all() if units[x.pk] > 0]


def _packets(rows: Iterable[Row]) -> list[Packet]:
    """In the order of the list."""
    result: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        result.setdefault((row.order_no, row.courier, row.tracking_no), []).append(row)
    return [Packet(lines) for lines in result.values()]


def chunked(items: Iterable[T]) -> Iterator[list[T]]:
    """CHUNK of them at a time."""
    rest = iter(items)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def _orders(user: User, numbers: Iterable[str]) -> dict[str, Order | None]:
    """By the number as the list has it, which is compared as numbers are. None: orders of several shops of the user
    have it, and the list does not say which is meant."""
    asked = set(numbers)
    rows: QuerySet[Order] = Order.objects.filter(desk_rows(user), order_no__same_number_in=asked)
    rows = rows.select_related("policy", "shop", "buyer")
    rows = rows.prefetch_related(Prefetch("lines", OrderLine.objects.select_related("sku")), REMARKS)
    by_number, by_key = defaultdict(list), defaultdict(list)
    for order in rows:
        by_number[order.order_no].append(order)
        by_key[comparable(order.order_no)].append(order)
    matches = {number: by_number.get(number) or by_key.get(comparable(number), []) for number in asked}
    return {number: orders[0] if len(orders) == 1 else None for number, orders in matches.items() if orders}
