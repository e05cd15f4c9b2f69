"""Who did what: the history of tickets, orders, refunds and parcels, newest first.

Support sees everything, a manager the shops they manage, an agent what they did themselves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import CharField, Exists, F, Model, OuterRef, Q, QuerySet, Value
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import desk_shops, is_support, manages
from accounts.models import User
from aftersales.models import Ticket
from kernel.admin_history import ACTORS, Line, Words, line
from kernel.models import History
from logistics.models import Parcel
from orders.models import Order
from refunds.models import Refund

PAGE, MOST = 50, 10_000


@dataclass(frozen=True)
class Kind:
    """A machine: its rows, what they are called, and the way to their shop."""

    model: type[Model]
    label: "str | Promise"
    number: str
    shop: str


KINDS: dict[str, Kind] = {
    "ticket": Kind(Ticket, _("ticket"), "ticket_no", "shop"),
    "order": Kind(Order, _("order"), "order_no", "shop"),
    "refund": Kind(Refund, _("refund"), "refund_no", "payment__order__shop"),
    "parcel": Kind(Parcel, _("parcel"), "tracking_no", "order__shop"),
}


@dataclass(frozen=True)
class Entry:
    """One row of the page."""

    line: Line
    kind: str
    number: str
    shop: str
    url: str


def seen_by(user: User) -> "QuerySet[History]":
    rows = History.objects.filter(machine__in=KINDS)
    if is_support(user):
        return rows
    shops = list(desk_shops(user))
    managed = [shop for shop in shops if manages(user, shop)]
    others = [shop for shop in shops if shop not in managed]
    mine = _of_shops(managed) if managed else Q(pk__in=[])
    if others:
        mine |= Q(actor_id=user.pk) & _of_shops(others)
    if not managed:
        mine &= Q(actor_id=user.pk)  # said once more in the open, so that the index by person is used
    return rows.filter(mine)


def _of_shops(shops: list[int]) -> Q:
    """A history row names its object without a foreign key: one EXISTS a machine."""
    found = Q(pk__in=[])
    for machine, kind in KINDS.items():
        objects = kind.model._default_manager.filter(pk=OuterRef("object_id"), **{f"{kind.shop}__in": shops})
        found |= Q(Q(machine=machine), Exists(objects))
    return found


def filtered(
    rows: "QuerySet[History]", *, person: str = "", kind: str = "", about: str = "", day: Any = None
) -> "QuerySet[History]":
    """`person`: a user name; `kind`: of actor; `about`: a machine; `day`: a date of the shop's calendar."""
    if person:
        rows = rows.filter(actor_id=User.objects.filter(username=person).values_list("pk", flat=True).first() or 0)
    if kind:
        rows = rows.filter(actor_kind=kind)
    if about:
        rows = rows.filter(machine=about)
    if day:
        start = datetime.combine(day, time.min, get_default_timezone())
        rows = rows.filter(at__gte=start, at__lt=start + timedelta(days=1))
    return rows


def page(rows: "QuerySet[History]", cursor: str) -> tuple[list[Entry], str]:
    """One page from `cursor` (empty or unreadable: the newest) and the cursor of the next, empty at the end."""
    found = list(_after(rows, cursor)[: PAGE + 1])
    more = f"{found[PAGE - 1].at.isoformat()}_{found[PAGE - 1].pk}" if len(found) > PAGE else ""
    return entries(found[:PAGE]), more


def _after(rows: "QuerySet[History]", cursor: str) -> "QuerySet[History]":
    stamp, _sign, pk = cursor.rpartition("_")
    ordered = rows.order_by("-at", "-id")
    try:
        at = parse_datetime(stamp)
    except ValueError:
        return ordered
    if at is None or at.tzinfo is None or not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return ordered
    # The first condition is implied by the second; it is what the index range is read from.
    return ordered.filter(Q(at__lte=at) & (Q(at__lt=at) | Q(pk__lt=int(pk))))


def every(rows: "QuerySet[History]") -> Iterator[Entry]:
    """For an export: the newest ten thousand, named a page at a time."""
    batch: list[History] = []
    for row in rows.order_by("-at", "-id")[:MOST].iterator(500):
        batch.append(row)
        if len(batch) == 500:
            yield from entries(batch)
            batch = []
    yield from entries(batch)


def entries(rows: Sequence[History]) -> list[Entry]:
    names, words = _names(rows), {machine: _words(kind.model) for machine, kind in KINDS.items()}
    return [_entry(row, names, *words[row.machine]) for row in rows]


def _entry(row: History, names: dict[tuple[str, int], tuple[str, str]], words: Words, statuses: Words) -> Entry:
    kind = KINDS[row.machine]
    number, shop = names.get((row.machine, row.object_id), (f"#{row.object_id}", ""))
    meta = kind.model._meta
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.object_id])
    return Entry(line(row, words, statuses), str(kind.label), number, shop, url)


def _names(rows: Sequence[History]) -> dict[tuple[str, int], tuple[str, str]]:
    """Number and shop of every object of the rows. One statement."""
    wanted: dict[str, set[int]] = {}
    for row in rows:
        wanted.setdefault(row.machine, set()).add(row.object_id)
    parts = [_numbers(machine, ids) for machine, ids in wanted.items()]
    if not parts:
        return {}
    found = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    return {(machine, pk): (number, shop) for machine, pk, number, shop in found}


def _numbers(machine: str, ids: set[int]) -> "QuerySet[Any, tuple[Any, ...]]":
    kind = KINDS[machine]
    rows = kind.model._default_manager.filter(pk__in=ids).order_by()
    named = rows.annotate(named=Value(machine, CharField()), number=F(kind.number), shop_name=F(f"{kind.shop}__name"))
    return named.values_list("named", "pk", "number", "shop_name")


def _words(model: type[Model]) -> tuple[Words, Words]:
    """What the verbs and the statuses of a machine are called, as on the pages of its rows."""
    room: Any = admin.site._registry[model]
    verbs = {verb.name: verb.label for verb in room.verbs} | dict(room.words)
    return verbs, dict(model._meta.get_field("status").flatchoices)  # type: ignore[union-attr]


ACTOR_CHOICES = [("", _("everybody")), *ACTORS.items()]
ABOUT_CHOICES = [("", _("everything")), *((machine, kind.label) for machine, kind in KINDS.items())]
