"""One's saved filters above a list."""

from django import template
from django.contrib.admin.views.main import ChangeList

from web.admin.chosen import ChosenFilter, chosen_filters
from web.context import Context

from ..models import SavedFilter
from ..saved_filters import filters

register = template.Library()


@register.inclusion_tag("admin/desk/saved_filters.html", takes_context=True)
def saved_filter_chips(context: Context) -> Context:
    """Nothing where there is no list, and no form where nothing is filtered."""
    request, changes = context.get("request"), context.get("cl")
    if request is None or changes is None or changes.is_popup:
        return {}
    page, query = filters.page_of(changes.opts), filters.without_position(request.GET)
    rows = list(filters.saved(request.user, page))
    return {
        "filters": [(row, row.query == query) for row in rows],
        "savable": changes.has_active_filters or changes.query,
        "known": any(row.query == query for row in rows),
        "page": page,
        "query": query,
        "longest": SavedFilter.NAME,
        "name": context.get("filter_name", ""),
        "error": context.get("filter_error", ""),
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag
def shown_only(changes: ChangeList) -> list[ChosenFilter]:
    """The filters of the list that are on, each with the address without it."""
    return chosen_filters(changes)
