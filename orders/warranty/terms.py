"""The terms of goods as they are sold: of their category, of their SKU, whichever is longer (D-8)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from ..models import OrderLine, Sku, WarrantyTerm


@dataclass(frozen=True, slots=True)
class Terms:
    """Days from delivery, the columns of an order line: return, exchange, repair. All 0: no warranty."""

    warranty_return_days: int = 0
    warranty_exchange_days: int = 0
    warranty_days: int = 0

    def longest(self, other: "Terms") -> "Terms":
        return Terms(*(max(mine, its) for mine, its in zip(self.days, other.days, strict=True)))

    @property
    def days(self) -> tuple[int, int, int]:
        return self.warranty_return_days, self.warranty_exchange_days, self.warranty_days

    def columns(self) -> dict[str, int]:
        return dict(zip(COLUMNS, self.days, strict=True))


COLUMNS = ("warranty_return_days", "warranty_exchange_days", "warranty_days")


def key(category: str) -> str:
    """As categories are compared: case and blanks around do not matter."""
    return category.strip().lower()


def terms_of(shop_id: int, categories: Iterable[str]) -> dict[str, Terms]:
    """Category (as `key` makes it) → what holds there today: the shop's row, and never less than the law's. One
    statement; none where no category is named."""
    keys = {key(category) for category in categories} - {""}
    rows = WarrantyTerm.objects.filter(Q(shop=None) | Q(shop_id=shop_id), category__in=keys) if keys else []
    terms: dict[str, Terms] = {}
    for row in rows:
        own = Terms(row.return_days, row.exchange_days, row.repair_days)
        terms[row.category] = own.longest(terms.get(row.category, Terms()))
    return terms


def of_sku(sku: Sku) -> Terms:
    return Terms(warranty_days=sku.warranty_days)


def of_line(line: OrderLine) -> Terms:
    """As they were when it was sold."""
    return Terms(line.warranty_return_days, line.warranty_exchange_days, line.warranty_days)


# The same in a statement that makes many lines at once: `l` is the line to come, `k` its SKU.
SQL_COLUMNS = {
    "warranty_return_days": "coalesce(w.return_days, 0)",
    "warranty_exchange_days": "coalesce(w.exchange_days, 0)",
    "warranty_days": "greatest(k.warranty_days, w.repair_days)",
}


def sql_join(shop_id: int) -> str:
    """LEFT JOIN of the terms as `w`, for SQL_COLUMNS."""
    return (
        "LEFT JOIN LATERAL (SELECT max(return_days) AS return_days, max(exchange_days) AS exchange_days,"  # noqa: S608
        " max(repair_days) AS repair_days FROM orders_warrantyterm"
        f" WHERE (shop_id IS NULL OR shop_id = {int(shop_id)}) AND category = lower(trim(l.category))) w ON true"
    )
