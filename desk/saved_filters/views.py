"""Keeping and removing a filter. Both lead back to the list, whose address is ours and no parameter."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.admin.scope import user_of
from kernel.errors import DomainError
from web.actions import attempt

from . import filters


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    page, name = request.POST.get("page", ""), request.POST.get("name", "")
    filters.model_admin(page, request)
    query = _query(request)
    outcome = attempt(
        lambda: filters.save(user_of(request), page, name=name, query=filters.clean_query(query, page, request))
    )
    if outcome.refusal is not None:
        return _again(request, page, query, name, outcome.refusal)
    messages.success(request, _("Filter “%(name)s” saved.") % {"name": outcome.result})
    return _back(page, query)


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    row = filters.delete(user_of(request), request.POST.get("filter", ""))
    messages.success(request, _("Filter “%(name)s” removed.") % {"name": row})
    return _back(row.page, _query(request))


def _query(request: HttpRequest) -> str:
    """Written anew, so that whatever was sent stays behind the question mark."""
    return filters.without_position(QueryDict(request.POST.get("query", "")[:2000]))


def _back(page: str, query: str) -> HttpResponse:
    try:
        address = reverse(f"admin:{page}_changelist")
    except LookupError as gone:
        raise Http404 from gone
    return HttpResponseRedirect(f"{address}?{query}" if query else address)


def _again(request: HttpRequest, page: str, query: str, name: str, refusal: DomainError) -> HttpResponse:
    """The list once more, with what was typed and what is wrong with it."""
    why = next((texts[0] for texts in (refusal.errors or {}).values()), refusal.message)
    asked = filters.with_query(request, query)
    asked.path = asked.path_info = reverse(f"admin:{page}_changelist")
    typed = {"filter_name": name, "filter_error": why}
    answer = filters.model_admin(page, request).changelist_view(asked, extra_context=typed)
    if isinstance(answer, TemplateResponse):
        answer.status_code = refusal.http_status
    return answer
