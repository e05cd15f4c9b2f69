"""What the back office maintains: reasons, keywords, canned responses."""

from typing import Any

from django.contrib import admin
from django.forms import Textarea
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.access import manages, may_enter_desk
from accounts.admin.scope import ShopFilter, ShopOwned, user_of
from web.admin.base import DeskAdmin

from ..models import CannedResponse, Keyword, Reason


@admin.register(Reason)
class ReasonAdmin(DeskAdmin):
    """For all shops: everybody at the desk reads them, a supervisor or the administrator changes them.
    A used reason is switched off, not deleted."""

    list_display = ("label", "type", "code", "fault", "evidence_required", "active")
    list_filter = ("type", "fault", "active")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_enter_desk(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_enter_desk(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return manages(user_of(request), None)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return manages(user_of(request), None)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Old tickets and programs know a reason by its code."""
        return ("type", "code") if obj else ()


@admin.register(Keyword)
class KeywordAdmin(ShopOwned):
    shared = True
    list_display = ("word", "type", "shop")
    list_filter = ("type", ShopFilter)
    search_fields = ("word",)
    fields = ("shop", "type", "word")
    help_texts = {
        "type": _("What a buyer expects who writes the word."),
        "word": _("The reviewer is warned when it stands in an application for another type."),
    }


@admin.register(CannedResponse)
class CannedResponseAdmin(ShopOwned):
    shared = True
    list_display = ("__str__", "use", "shop")
    list_filter = ("use", ShopFilter)
    search_fields = ("title", "text")
    fields = ("shop", "use", "title", "text")
    help_texts = {
        "title": _("Two or three words for the button. Empty: the text itself."),
        "text": _("The buyer reads it as it stands: say why, and what they can do."),
    }

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "text":
            kwargs["widget"] = Textarea(attrs={"rows": 4})
        return super().formfield_for_dbfield(db_field, request, **kwargs)
