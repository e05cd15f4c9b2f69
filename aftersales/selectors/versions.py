"""The versions of an application (B-17): what the buyer asked for at first, and after each change, from the history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db.models import Q

from orders.models import OrderLine

from ..models import Reason, Ticket

ACTIONS = ("apply", "amend")
# What two versions may differ in, in the order in which people read it.
FIELDS = (
    "type", "reason", "sub_reason", "lines", "received", "claimed_amount", "requested_amount", "description",
    "evidence",
)  # fmt: skip
Move = tuple[str, datetime, Mapping[str, Any]]
"""Action, time and facts of a row of the history."""


@dataclass(frozen=True)
class VersionLine:
    line_id: int
    title: str
    quantity: int
    exchange_sku: str


@dataclass(frozen=True)
class Named:
    code: str
    label: str


@dataclass(frozen=True)
class Version:
    """`number` from 1. `evidence`: how many files it had. `changed`: in which FIELDS it differs from the one before."""

    number: int
    at: datetime
    type: str
    reason: Named
    sub_reason: Named | None
    lines: tuple[VersionLine, ...]
    received: bool | None
    claimed_amount: Decimal | None
    requested_amount: Decimal
    description: str
    evidence: int
    changed: tuple[str, ...] = ()


def versions(ticket: Ticket, history: Iterable[Move]) -> list[Version]:
    """Oldest first; none as long as there is only one, which the ticket itself says. Two statements then, else none."""
    stored = [(at, data) for action, at, data in history if action in ACTIONS and "application" in data]
    if len(stored) < 2:
        return []
    applications = [data["application"] for _at, data in stored]
    labels, titles = _labels(ticket, applications), _titles(ticket, applications)
    rows = [_version(number, at, data, labels, titles) for number, (at, data) in enumerate(stored, start=1)]
    return [rows[0], *(_compared(row, before) for before, row in pairwise(rows))]


def _version(
    number: int, at: datetime, data: Mapping[str, Any], labels: dict[tuple[str, str], str], titles: dict[int, str]
) -> Version:
    asked = data["application"]

    def named(code: str) -> Named:
        return Named(code, labels.get((asked["type"], code), code))

    claimed = asked["claimed_amount"]
    return Version(
        number=number,
        at=at,
        type=asked["type"],
        reason=named(asked["reason"]),
        sub_reason=named(asked["sub_reason"]) if asked.get("sub_reason") else None,
        lines=tuple(
            VersionLine(one["line_id"], titles.get(one["line_id"], ""), one["quantity"], one["exchange_sku"])
            for one in asked["lines"]
        ),
        received=asked["received"],
        claimed_amount=None if claimed is None else Decimal(claimed),
        requested_amount=Decimal(data["requested_amount"]),
        description=asked["description"],
        evidence=len(asked["evidence"]),
    )


def _compared(row: Version, before: Version) -> Version:
    return replace(row, changed=tuple(name for name in FIELDS if getattr(row, name) != getattr(before, name)))


def _labels(ticket: Ticket, applications: list[Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    """(type, code) → label; the shop's own comes after the one for all and stands in its place."""
    codes = {one[name] for one in applications for name in ("reason", "sub_reason") if one.get(name)}
    rows = Reason.objects.filter(Q(shop=None) | Q(shop=ticket.shop_id), code__in=codes)
    return {(row.type, row.code): row.label for row in sorted(rows, key=lambda row: row.shop_id is not None)}


def _titles(ticket: Ticket, applications: list[Mapping[str, Any]]) -> dict[int, str]:
    ids = {line["line_id"] for one in applications for line in one["lines"]}
    rows = OrderLine.objects.filter(shop_id=ticket.shop_id, order_id=ticket.order_id, pk__in=ids)
    rows = rows.only("title", "title_en", "spec", "spec_en")
    return {line.pk: line.shown_name for line in rows}
