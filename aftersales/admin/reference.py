"""What the back office maintains: reasons, keywords, canned responses."""

from typing import Any

from django.contrib import admin
from django.forms import Textarea
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.scope import ShopFilter, ShopOwned

from ..models import CannedResponse, Keyword, Reason


@admin.register(Reason)
class ReasonAdmin(ShopOwned):
    """A shop's own are its manager's (S-167), those for all shops a supervisor's or the administrator's; everybody at
    the desk reads both. A used reason is switched off, not deleted."""

    shared = True
    related = ("shop", "parent")
    list_display = ("__str__", "type", "code", "parent", "fault", "evidence_required", "active", "shop")
    list_filter = ("type", "fault", "active", ShopFilter)
    fields = (
        "shop", "type", "code", "parent", "label_zh", "label_en", "fault", "evidence_required", "active", "position",
    )  # fmt: skip
    help_texts = {
        "code": _("Use the code of a shared reason to replace it in your shop, with your own wording or turned off."),
        "parent": _("Leave empty, or choose the reason that this one is a more specific form of."),
    }

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Old tickets and programs know a reason by its code."""
        return ("shop", "type", "code", "parent") if obj else ()


@admin.register(Keyword)
class KeywordAdmin(ShopOwned):
    shared = True
    list_display = ("word", "type", "shop")
    list_filter = ("type", ShopFilter)
    search_fields = ("word",)
    fields = ("shop", "type", "word")
    help_texts = {
        "type": _("The service a buyer expects when they write this word."),
        "word": _("Reviewers are warned when it appears in a request for a different service."),
    }


@admin.register(CannedResponse)
class CannedResponseAdmin(ShopOwned):
    shared = True
    list_display = ("__str__", "use", "shop")
    list_filter = ("use", ShopFilter)
    search_fields = ("title", "text", "title_en", "text_en")
    fields = ("shop", "use", "title", "text", "title_en", "text_en")
    help_texts = {
        "title": _("Two or three words for the button. Leave empty to show the text itself."),
        "text": _("The buyer sees exactly this. Say why, and what they can do."),
        "text_en": _("Used by colleagues who work in English. Leave it empty to use the text above."),
    }

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in ("text", "text_en"):
            kwargs["widget"] = Textarea(attrs={"rows": 4})
        return super().formfield_for_dbfield(db_field, request, **kwargs)
