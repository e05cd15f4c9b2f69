"""Filters of the queue. Stage and overdue are drawn as the tiles above it."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from web.context import Tile

from ..models import Ticket
from ..selectors.worklist import TODO
from ..states import STAGES, Stage


class StageFilter(admin.SimpleListFilter):
    title, parameter_name, template = _("stage"), "stage", "admin/drawn_as_tiles.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Stage.choices)

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Ticket]") -> "QuerySet[Ticket]":
        stage = self.value()
        return queryset.filter(status__in=STAGES[stage]) if stage in STAGES else queryset


class OverdueFilter(admin.SimpleListFilter):
    title, parameter_name, template = _("overdue"), "overdue", "admin/drawn_as_tiles.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("overdue"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Ticket]") -> "QuerySet[Ticket]":
        return queryset.filter(overdue_since__isnull=False) if self.value() else queryset


class TodoFilter(admin.SimpleListFilter):
    """What waits for the shop; drawn as the menu of the desk."""

    title, parameter_name, template = _("to do"), "todo", "admin/drawn_as_tiles.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, name) for name in TODO]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Ticket]") -> "QuerySet[Ticket]":
        condition = TODO.get(self.value() or "")
        return queryset.filter(condition) if condition is not None else queryset


def tiles(rows: "QuerySet[Ticket]", base: str = "", chosen: str = "", overdue: bool = False) -> list[Tile]:
    """A tile a stage and one for what is overdue. One query."""
    counts = {
        row["status"]: row
        for row in rows.order_by()
        .values("status")
        .annotate(n=Count("id"), late=Count("id", filter=Q(overdue_since__isnull=False)))
    }
    result: list[Tile] = [
        {
            "label": label,
            "url": f"{base}?stage={stage}",
            "selected": chosen == stage,
            "count": sum(counts[status]["n"] for status in STAGES[stage] if status in counts),
        }
        for stage, label in Stage.choices
    ]
    late = sum(row["late"] for row in counts.values())
    tone = "late" if late else ""
    return [
        {"label": _("overdue"), "url": f"{base}?overdue=1", "selected": overdue, "count": late, "tone": tone},
        *result,
    ]
