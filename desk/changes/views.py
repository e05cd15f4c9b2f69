"""`/admin/changes/`: who set what, from what to what."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import sees_several_shops
from accounts.admin.scope import user_of
from web.pages import pages_of

from ..page import context
from . import queries

PAGE_SIZE = 50


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    user, about = user_of(request), request.GET.get("about", "")
    if not queries.sees_changes(user):
        raise PermissionDenied(_("Only a manager of the shop can do this. Ask one."))
    rows = pages_of(queries.visible(user, about), request, field="at", size=PAGE_SIZE)
    values = {
        "entries": queries.entries(rows.rows),
        "pages": rows,
        "about": about,
        "subjects": [(name, label) for name, (label, _model) in queries.SUBJECTS.items()],
        "several_shops": sees_several_shops(user),
    }
    return TemplateResponse(request, "admin/desk/changes.html", context(request, _("What was set"), **values))
