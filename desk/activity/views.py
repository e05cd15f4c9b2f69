"""`/admin/activity/` and the same rows as CSV."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.access import desk_shops, is_support, manages, sees_several_shops
from accounts.admin.scope import user_of
from accounts.models import User
from web.admin.parts import moment
from web.exports import csv_response
from web.fields import check_moment

from ..page import context
from . import queries


class Filter(forms.Form):
    person = forms.CharField(
        label=gettext_lazy("user name"), max_length=150, required=False, widget=forms.TextInput({"autocomplete": "off"})
    )
    kind = forms.ChoiceField(label=gettext_lazy("who"), choices=queries.ACTOR_CHOICES, required=False)
    about = forms.ChoiceField(label=gettext_lazy("what"), choices=queries.ABOUT_CHOICES, required=False)
    day = forms.DateField(
        label=gettext_lazy("day"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        validators=[check_moment],
    )

    def add_error(self, field: str | None, error: Any) -> None:
        """A date input shows nothing when its value is no date. As a text field it keeps what was typed."""
        super().add_error(field, error)
        if field == "day":
            self.fields["day"].widget.input_type = "text"


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    form, user = Filter(request.GET), user_of(request)
    result = queries.HistoryPage([])
    if form.is_valid():
        result = queries.page(user, request.GET.get("before", ""), **form.cleaned_data)
    asked = urlencode(_asked(form))
    values = {
        "form": form,
        "found": result,
        "asked": asked,
        "older": f"?{urlencode({**_asked(form), 'before': result.next_cursor})}" if result.next_cursor else "",
        "newest": f"?{asked}" if request.GET.get("before") else "",
        "only_mine": not _sees_others(user),
        "several_shops": sees_several_shops(user),
        "most": queries.MAX_EXPORTED,
        "export_url": f"{reverse('admin:desk_activity_export')}?{asked}",
    }
    page = context(request, _("Activity"), **values)
    return TemplateResponse(request, "admin/desk/activity.html", page, status=200 if form.is_valid() else 400)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    form = Filter(request.GET)
    if not form.is_valid():
        return log(request)
    header = [_("Time"), _("Who"), _("Did"), _("What"), _("Number"), _("Shop"), _("From → to"), _("Note")]
    entries = queries.every(user_of(request), **form.cleaned_data)
    return csv_response("activity.csv", header, (_cells(entry) for entry in entries))


def _cells(entry: queries.Entry) -> list[str]:
    line = entry.line
    return [moment(line.at), line.who, line.verb, entry.kind, entry.number, entry.shop, line.move, line.note]


def _asked(form: Filter) -> dict[str, str]:
    return {name: value for name, value in form.data.items() if name in form.fields and value}


def _sees_others(user: User) -> bool:
    return is_support(user) or any(manages(user, shop) for shop in desk_shops(user))
