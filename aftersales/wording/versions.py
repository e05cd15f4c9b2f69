"""Two versions of an application beside each other, for pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.languages import enumerated
from web.money import format_money

from ..states import MONEY_TYPES

if TYPE_CHECKING:
    from ..api.versions import VersionAnswer


# Of what may differ, in the order in which people read it.
LABELS: "dict[str, str | Promise]" = {
    "type": gettext_lazy("Type"),
    "reason": gettext_lazy("Reason"),
    "sub_reason": gettext_lazy("More about the reason"),
    "lines": gettext_lazy("Goods"),
    "received": gettext_lazy("Received by the buyer"),
    "claimed_amount": gettext_lazy("Amount claimed"),
    "requested_amount": gettext_lazy("Amount requested"),
    "description": gettext_lazy("Description"),
    "evidence": gettext_lazy("Photos and files"),
}


@dataclass(frozen=True)
class Row:
    """`changed` is said in words beside `after`."""

    label: str
    before: str
    after: str
    changed: bool


@dataclass(frozen=True)
class Change:
    number: int
    at: datetime
    rows: list[Row]


def changes(rows: "Sequence[VersionAnswer]", currency: str) -> list[Change]:
    """Each version after the first beside the one before it; newest first."""
    return [
        Change(after["number"], datetime.fromisoformat(after["at"]), _rows(before, after, currency))
        for before, after in reversed(list(pairwise(rows)))
    ]


def _rows(before: "VersionAnswer", after: "VersionAnswer", currency: str) -> list[Row]:
    old, new = _texts(before, currency), _texts(after, currency)
    return [
        Row(str(label), old[name] or "–", new[name] or "–", name in after["changed"])
        for name, label in LABELS.items()
        if old[name] or new[name]
    ]


def _texts(row: "VersionAnswer", currency: str) -> dict[str, str]:
    received = "" if row["received"] is None else _("yes") if row["received"] else _("no")
    kind = row["sub_reason"]
    return {
        "type": row["type_label"],
        "reason": row["reason"]["label"],
        "sub_reason": kind["label"] if kind else "",
        "lines": enumerated(_line(one["title"], one["quantity"], one["exchange_sku"]) for one in row["lines"]),
        "received": received,
        "claimed_amount": _money(row["claimed_amount"], currency),
        "requested_amount": _money(row["requested_amount"] if row["type"] in MONEY_TYPES else None, currency),
        "description": row["description"],
        "evidence": str(row["evidence_count"]),
    }


def _line(title: str, quantity: int, exchange_sku: str) -> str:
    return f"{title} × {quantity}" + (f" → {exchange_sku}" if exchange_sku else "")


def _money(amount: str | None, currency: str) -> str:
    return "" if amount is None else format_money(Decimal(amount), currency)
