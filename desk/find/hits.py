"""Finds a row by any of its numbers, in two statements: exact matches, and where there are none, prefixes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access import desk_rows
from accounts.models import User
from aftersales.models import Ticket
from aftersales.states import Status as TicketStatus
from kernel.languages import picked
from kernel.numbers import SHORTEST_BEGINNING, printed
from logistics.machine import Status as ParcelStatus
from logistics.models import Parcel
from orders.machine import Status as OrderStatus
from orders.models import Order, Payment
from refunds.machine import Status as RefundStatus
from refunds.models import Refund

MAX_HITS = 10  # of one kind
MAX_LENGTH = 128  # characters, as a transaction no.
MIN_PREFIX = SHORTEST_BEGINNING
MAX_BUYERS = 20  # whose names begin with the text

Text = str | Promise
Lookup = Mapping[str, Any]  # keyword arguments of a filter


@dataclass(frozen=True)
class Hit:
    """One match. `status` is empty for a payment."""

    kind: str
    pk: int
    number: str
    status: str
    buyer: str
    shop: str
    at: datetime

    @property
    def url(self) -> str:
        return reverse(f"admin:{KINDS[self.kind].page}", args=[self.pk])

    @property
    def status_label(self) -> str:
        return str(dict(KINDS[self.kind].statuses).get(self.status, ""))


@dataclass(frozen=True)
class Kind:
    label: Text
    page: str  # the admin page of a hit
    list: str = ""  # the admin list that searches for the same
    statuses: Iterable[tuple[str, Any]] = ()


KINDS = {
    "ticket": Kind(_("Tickets"), "aftersales_ticket_change", "aftersales_ticket_changelist", TicketStatus.choices),
    "order": Kind(_("Orders"), "orders_order_change", "orders_order_changelist", OrderStatus.choices),
    "refund": Kind(_("Refunds"), "refunds_refund_change", "refunds_refund_changelist", RefundStatus.choices),
    "parcel": Kind(_("Parcels"), "logistics_parcel_change", "logistics_parcel_changelist", ParcelStatus.choices),
    "payment": Kind(_("Payments"), "orders_order_change"),  # a payment is shown on the page of its order
}


@dataclass(frozen=True)
class Place:
    """A column that holds numbers: `field` of `model`; its order (and so buyer and shop) is reached by `order`."""

    kind: str
    model: type[Any]
    field: str
    number: str  # what a hit is called
    at: str  # when it began
    order: str = ""  # "payment__order__"
    page: str = "pk"
    status: bool = True

    def rows(self, user: User, condition: Lookup) -> "QuerySet[Any, Any]":
        status: Any = Cast("status", CharField()) if self.status else Value("", output_field=CharField())
        return (
            self.model._default_manager.filter(desk_rows(user, f"{self.order}shop_id"), **condition)
            .order_by("-pk")
            .values_list(
                Value(self.kind, output_field=CharField()),
                F(self.page),
                F(self.number),
                status,
                F(f"{self.order}buyer__username"),
                picked(f"{self.order}shop__name"),
                F(self.at),
            )[:MAX_HITS]
        )


NUMBERS = (
    Place("ticket", Ticket, "ticket_no", "ticket_no", "created_at"),
    Place("order", Order, "order_no", "order_no", "placed_at"),
    Place("refund", Refund, "refund_no", "refund_no", "created_at", "payment__order__"),
    Place("parcel", Parcel, "tracking_no", "tracking_no", "sent_at", "order__"),
    Place("payment", Payment, "transaction_no", "transaction_no", "paid_at", "order__", "order_id", False),
)
OURS = ("ticket_no", "refund_no")
NAMES = (
    Place("ticket", Ticket, "buyer", "ticket_no", "created_at"),
    Place("order", Order, "buyer", "order_no", "placed_at"),
)


def tidy(text: str) -> str:
    return "".join(character for character in text if character.isprintable()).strip()


def hits(user: User, text: str) -> list[Hit]:
    """Rows with the number `text` that `user` may see, or else those whose number begins with it.

    Newest first, at most MAX_HITS of a kind.
    """
    if not text or len(text) > MAX_LENGTH:
        return []
    return _exact(user, text) or (_beginning(user, text) if len(text) >= MIN_PREFIX else [])


def _exact(user: User, text: str) -> list[Hit]:
    buyer = User.objects.filter(username=text).values("pk")
    return _all(user, lambda field: _named(field, text), {"buyer__in": buyer})


def _named(field: str, text: str) -> Lookup:
    """As it is printed or typed. Numbers of ours are asked in their one spelling, by their own index."""
    if field in OURS:
        return {f"{field}__in": {text, *printed([text])}}
    return {f"{field}__same_number": text}


def _beginning(user: User, text: str) -> list[Hit]:
    names = User.objects.filter(username__startswith=text).order_by("username").values("pk")[:MAX_BUYERS]
    return _all(user, lambda field: _begun(field, text), {"buyer__in": names})


def _begun(field: str, text: str) -> Lookup:
    return {f"{field}__begins_{'printed' if field in OURS else 'number'}": text}


def _all(user: User, number: Callable[[str], Lookup], name: Lookup | None = None) -> list[Hit]:
    """One statement for all kinds, each read by its own index."""
    parts = [place.rows(user, number(place.field)) for place in NUMBERS]
    parts += [place.rows(user, name) for place in NAMES] if name else []
    rows = reduce(lambda left, right: left.union(right, all=True), parts[1:], parts[0])
    matches = dict.fromkeys(Hit(*row) for row in rows)
    return sorted(matches, key=lambda hit: (list(KINDS).index(hit.kind), -hit.pk))
