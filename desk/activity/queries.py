"""Who did what: the history of every row that has a machine, newest first.

Support sees everything, a manager the shops they manage, an agent what they did themselves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import CharField, F, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.access import desk_shops, is_support, manages
from accounts.models import Shop, User
from aftersales.models import Ticket
from kernel.actors import KIND_LABELS
from kernel.languages import picked
from kernel.models import History
from logistics.models import Parcel, Pickup
from orders.models import Order
from refunds.models import Chargeback, Complaint, Payable, Refund
from web.admin.history import Line, Words, line
from web.fields import in_the_calendar

PAGE, MAX_EXPORTED, BATCH = 50, 10_000, 500
MAX_SCANNED, MAX_SCANNED_FOR_EXPORT = 5_000, 200_000
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Kind:
    """A machine: its rows, and what they are called."""

    model: type[Model]
    label: "str | Promise"
    number: str


KINDS: dict[str, Kind] = {
    "ticket": Kind(Ticket, _("ticket"), "ticket_no"),
    "order": Kind(Order, _("order"), "order_no"),
    "refund": Kind(Refund, _("refund"), "refund_no"),
    "payable": Kind(Payable, _("payable"), "payable_no"),
    "chargeback": Kind(Chargeback, _("chargeback"), "chargeback_no"),
    "complaint": Kind(Complaint, _("complaint"), "complaint_no"),
    "parcel": Kind(Parcel, _("parcel"), "tracking_no"),
    "pickup": Kind(Pickup, pgettext_lazy("courier", "pickup"), "pickup_no"),
}


@dataclass(frozen=True)
class Entry:
    """One row of the page."""

    line: Line
    kind: str
    number: str
    shop: str
    url: str


def scanned(user: User, *, person: str = "", day: date | None = None) -> "QuerySet[History]":
    """Rows that an index can select: all of them, those of one person, or those of one day (of TIME_ZONE)."""
    rows = History.objects.all()
    if not is_support(user) and not _managed(user):
        rows = rows.filter(actor_id=user.pk)
    if person:
        rows = rows.filter(actor_id=User.objects.filter(username=person).values_list("pk", flat=True).first() or 0)
    if day:
        start = datetime.combine(day, time.min, get_default_timezone())
        rows = rows.filter(at__gte=start, at__lt=start + timedelta(days=1))
    return rows


def visible(rows: "QuerySet[History]", user: User, *, kind: str = "", about: str = "") -> "QuerySet[History]":
    """Those rows that the user may see. `kind`: a kind of actor; `about`: a machine."""
    rows = rows.filter(machine__in=[about] if about else list(KINDS))
    if kind:
        rows = rows.filter(actor_kind=kind)
    if is_support(user):
        return rows
    managed = _managed(user)
    elsewhere = [shop for shop in desk_shops(user) if shop not in managed]
    return rows.filter(Q(shop_id__in=managed) | Q(shop_id__in=elsewhere, actor_id=user.pk))


def _managed(user: User) -> list[int]:
    return [shop for shop in desk_shops(user) if manages(user, shop)]


@dataclass(frozen=True)
class HistoryPage:
    """`next_cursor`: where older rows go on, empty at the end. `until`: the scan stopped at this time, because it had
    read MAX_SCANNED rows."""

    entries: list[Entry]
    next_cursor: str = ""
    until: datetime | None = None


def page(user: User, cursor: str = "", *, person: str = "", day: date | None = None, **which: str) -> HistoryPage:
    """One page from `cursor` (empty or unreadable: the newest). It reads at most MAX_SCANNED rows, however few of them
    the reader may see; older rows are on the next page."""
    known = _after(scanned(user, person=person, day=day), cursor)
    matches = list(visible(_newest(known, MAX_SCANNED), user, **which)[: PAGE + 1])
    if len(matches) > PAGE:
        last = matches[PAGE - 1]
        return HistoryPage(entries(matches[:PAGE]), f"{last.at.isoformat()}_{last.pk}")
    until = matches[0].until if matches else _floor(known, MAX_SCANNED).first()  # type: ignore[attr-defined]
    return HistoryPage(entries(matches), f"{until.isoformat()}_0" if until else "", until)


def every(user: User, *, person: str = "", day: date | None = None, **which: str) -> Iterator[Entry]:
    """For an export: at most MAX_EXPORTED of the newest rows; numbers and shops are read a batch at a time."""
    rows = _newest(scanned(user, person=person, day=day), MAX_SCANNED_FOR_EXPORT)
    batch: list[History] = []
    for row in visible(rows, user, **which)[:MAX_EXPORTED].iterator(BATCH):
        batch.append(row)
        if len(batch) == BATCH:
            yield from entries(batch)
            batch = []
    yield from entries(batch)


def _newest(rows: "QuerySet[History]", count: int) -> "QuerySet[History]":
    """The newest `count` rows and those of the last one's moment; `until` is that moment, if there are older rows."""
    bounded = rows.annotate(until=Subquery(_floor(rows, count)))
    return bounded.filter(at__gte=Coalesce("until", Value(_BEGINNING))).order_by("-at", "-id")


def _floor(rows: "QuerySet[History]", count: int) -> "QuerySet[Any, datetime]":
    return rows.order_by("-at", "-id").values_list("at", flat=True)[count - 1 : count]


def _after(rows: "QuerySet[History]", cursor: str) -> "QuerySet[History]":
    stamp, _sign, pk = cursor.rpartition("_")
    try:
        at = parse_datetime(stamp)
    except ValueError:
        return rows
    if (
        at is None
        or at.tzinfo is None
        or not in_the_calendar(at)
        or not (pk.isascii() and pk.isdigit() and len(pk) < 19)
    ):
        return rows
    # The second condition implies the first, which is there because the index range is read from it.
    return rows.filter(Q(at__lte=at) & (Q(at__lt=at) | Q(pk__lt=int(pk))))


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
    ids_by_machine: dict[str, set[tuple[int, int]]] = {}
    for row in rows:
        ids_by_machine.setdefault(row.machine, set()).add((row.shop_id, row.object_id))
    parts = [_numbers(machine, ids) for machine, ids in ids_by_machine.items()]
    if not parts:
        return {}
    matches = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    return {(machine, pk): (number, shop) for machine, pk, number, shop in matches}


def _numbers(machine: str, ids: set[tuple[int, int]]) -> "QuerySet[Any, tuple[Any, ...]]":
    kind = KINDS[machine]
    shops, pks = {shop for shop, _pk in ids}, {pk for _shop, pk in ids}
    rows = kind.model._default_manager.filter(shop_id__in=shops, pk__in=pks).order_by()
    name = Subquery(Shop.objects.filter(pk=OuterRef("shop_id")).values_list(picked("name"))[:1])
    named = rows.annotate(named=Value(machine, CharField()), number=F(kind.number), shop_name=name)
    return named.values_list("named", "pk", "number", "shop_name")


def _words(model: type[Model]) -> tuple[Words, Words]:
    """What actions and statuses of a machine are called, as on the pages of its rows."""
    model_admin: Any = admin.site._registry[model]
    verbs = {verb.name: verb.label for verb in model_admin.verbs} | dict(model_admin.words)
    return verbs, dict(model._meta.get_field("status").flatchoices)  # type: ignore[union-attr]


ACTOR_CHOICES = [("", _("everybody")), *KIND_LABELS.items()]
ABOUT_CHOICES = [("", _("everything")), *((machine, kind.label) for machine, kind in KINDS.items())]
