"""What a job has to do now, and since when the longest waiting row is due."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from django.db.models import Count, Min, QuerySet
from django.db.models.expressions import Combinable


@dataclass(frozen=True)
class Backlog:
    rows: int
    oldest: datetime | None = None

    @classmethod
    def of(cls, due: "QuerySet[Any]", column: str | Combinable) -> Self:
        """`column`: since when a row of `due` is due."""
        row = due.order_by().aggregate(rows=Count("pk"), oldest=Min(column))
        return cls(row["rows"], row["oldest"])

    def age(self, now: datetime) -> timedelta:
        return max(now - self.oldest, timedelta()) if self.oldest else timedelta()
