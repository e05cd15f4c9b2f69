"""Filters of the queue, and the tiles above it."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from web.context import Tile

from ..models import Ticket
from ..selectors.tiles import OBJECTIONS, TILES, TODAY, conditions, tile_counts
from ..selectors.worklist import FAILED
from ..states import STAGES, Stage
from ..wording.labels import SHORT_ALERTS
from ..wording.work import WORK_LABELS

ALARMING = (TODAY, FAILED, OBJECTIONS)


class StageFilter(admin.SimpleListFilter):
    title, parameter_name = _("stage"), "stage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Stage.choices)

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Ticket]") -> "QuerySet[Ticket]":
        stage = self.value()
        return queryset.filter(status__in=STAGES[stage]) if stage in STAGES else queryset


class OverdueFilter(admin.SimpleListFilter):
    """In the menu of the desk."""

    title, parameter_name, template = _("deadline"), "overdue", "admin/drawn_as_tiles.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("overdue"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Ticket]") -> "QuerySet[Ticket]":
        return queryset.filter(overdue_since__isnull=False) if self.value() else queryset


class TodoFilter(admin.SimpleListFilter):
    """What waits for the shop; drawn as the menu of the desk and the tiles above the list."""

    title, parameter_name, template = _("to do"), "todo", "admin/drawn_as_tiles.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(WORK_LABELS.items())

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Ticket]") -> "QuerySet[Ticket]":
        condition = conditions(request.user.pk or 0, timezone.now()).get(self.value() or "")
        return queryset.filter(condition) if condition is not None else queryset


class AlertFilter(admin.SimpleListFilter):
    title, parameter_name, template = _("alert"), "alert", "admin/filter_folded.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(code), label) for code, label in SHORT_ALERTS.items()]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Ticket]") -> "QuerySet[Ticket]":
        return queryset.filter(alerts__contains=[self.value()]) if self.value() else queryset


class AssigneeFilter(admin.SimpleListFilter):
    """Whose work it is. What somebody who was switched off had is nobody's."""

    title, parameter_name = _("worked on by"), "assignee"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("me", _("me")), ("none", _("nobody"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Ticket]") -> "QuerySet[Ticket]":
        match self.value():
            case "me":
                return queryset.filter(assignee_id=request.user.pk)
            case "none":
                return queryset.filter(Q(assignee=None) | Q(assignee__is_active=False))
        return queryset


def tiles(rows: "QuerySet[Ticket]", user_id: int, base: str = "", chosen: str = "") -> list[Tile]:
    """What a merchant works by, each with the number of tickets that its list has."""
    counts = tile_counts(rows, user_id, timezone.now())
    return [
        {
            "label": WORK_LABELS[name],
            "url": f"{base}?todo={name}",
            "selected": chosen == name,
            "count": counts[name],
            "tone": "late" if counts[name] and name in ALARMING else "",
        }
        for name in TILES
    ]
