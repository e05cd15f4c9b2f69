"""Requests to have a person's data erased, for support: what waits, what the law still keeps."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kernel.actors import Actor
from web.admin.base import ReadOnlyAdmin

from ..access import is_support, support_actor
from ..privacy.models import ErasureRequest
from .scope import user_of

if TYPE_CHECKING:
    from django.db.models import QuerySet


@admin.register(ErasureRequest)
class ErasureRequestAdmin(ReadOnlyAdmin):
    """It is carried out by the job, or at once by `manage.py erase_person`."""

    list_display = ("user", "state", "requested_at", "due_at", "carried_out_at", "keep_until")
    list_filter = ("state",)
    search_fields = ("username__startswith", "user__username__startswith")
    facts = (
        (
            _("deletion request"),
            ("user", "state", "by_name", "requested_at", "due_at", "withdrawn_at", "carried_out_at", "keep_until"),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> "QuerySet[ErasureRequest]":
        rows: QuerySet[ErasureRequest] = super().get_queryset(request).select_related("user")
        return rows if is_support(user_of(request)) else rows.none()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_support(user_of(request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_support(user_of(request))

    def actor(self, request: HttpRequest, row: Any) -> Actor | None:
        return support_actor(user_of(request)) if is_support(user_of(request)) else None

    def badge(self, row: Any) -> str:
        return str(row.get_state_display())
