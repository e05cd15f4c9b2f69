"""One box for any number. A single match is opened at once."""

from itertools import groupby
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.access import sees_several_shops
from accounts.admin.scope import user_of

from ..page import context
from .hits import KINDS, MAX_HITS, MAX_LENGTH, Hit, Kind, hits, tidy


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    user, text = user_of(request), tidy(request.GET.get("q", ""))
    matches = hits(user, text)
    if len(matches) == 1:
        return HttpResponseRedirect(matches[0].url)
    values = {
        "q": text,
        "too_long": len(text) > MAX_LENGTH,
        "groups": grouped(matches, text),
        "several_shops": sees_several_shops(user),
    }
    return TemplateResponse(request, "admin/desk/find.html", context(request, _("Find"), **values))


def grouped(matches: list[Hit], text: str) -> list[tuple[object, list[Hit], str]]:
    """Label, hits, and the list of all of them when there are more."""
    groups = [(KINDS[kind], list(rows)) for kind, rows in groupby(matches, key=lambda hit: hit.kind)]
    return [(kind.label, rows, _all_of(kind, text) if len(rows) >= MAX_HITS else "") for kind, rows in groups]


def _all_of(kind: Kind, text: str) -> str:
    return f"{reverse(f'admin:{kind.list}')}?{urlencode({'q': text})}" if kind.list else ""
