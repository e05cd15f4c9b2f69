"""A user's own filters on a list of the desk. Nobody else sees them."""

import re
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from accounts.models import User
from kernel.access import get_or_not_found
from kernel.errors import Conflict, Invalid, NotFound

from ..models import SavedFilter

MAX_FILTERS = 20
SEARCH, ORDER = "q", "o"
# They say where one is in a list, not which rows it has.
POSITION_PARAMETERS = frozenset({"p", "e", "all", "_facets", "_popup", "_to_field"})
_ORDER = re.compile(r"-?\d{1,2}(\.-?\d{1,2})*")


def saved(user: User, page: str) -> "QuerySet[SavedFilter]":
    return SavedFilter.objects.filter(user=user, page=page)


@transaction.atomic
def save(user: User, page: str, *, name: str, query: str) -> SavedFilter:
    """Keeps `query` (as `clean_query` answered it) under a name; a name that is there already means this list now."""
    name = " ".join(name.split())
    if not name or len(name) > SavedFilter.NAME or not name.isprintable():
        raise Invalid(errors={"name": [_("Enter a name of up to %(max)d characters.") % {"max": SavedFilter.NAME}]})
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # two windows must not both make the last one
    own = saved(user, page)
    if own.count() >= MAX_FILTERS and not own.filter(name=name).exists():
        raise Conflict(_("You can save up to %(max)d filters per list. Remove one first.") % {"max": MAX_FILTERS})
    return SavedFilter.objects.update_or_create(user=user, page=page, name=name, defaults={"query": query})[0]


def delete(user: User, pk: str) -> SavedFilter:
    """One's own, or 404. Answers what was removed."""
    row = get_or_not_found(SavedFilter.objects.filter(user=user), pk=pk)
    row.delete()
    return row


# --- lists and their parameters ------------------------------------------------------------------------


def model_admin(page: str, request: HttpRequest) -> "ModelAdmin":
    """The list that is called so, when the user may see it."""
    for model, candidate in admin.site._registry.items():
        if page == page_of(model._meta):
            if not candidate.has_view_permission(request):
                raise NotFound()
            return candidate
    raise NotFound()


def page_of(opts: object) -> str:
    return f"{opts.app_label}_{opts.model_name}"  # type: ignore[attr-defined]


def without_position(query: QueryDict) -> str:
    """The parameters that say which rows and in which order, always written the same way. What no list can read (a
    NUL) is left out."""
    parameters = ((key, value) for key, value in query.items() if value and "\0" not in value)
    return urlencode(sorted((key, value) for key, value in parameters if key not in POSITION_PARAMETERS))


def clean_query(text: str, page: str, request: HttpRequest) -> str:
    """`text` as it is kept. Invalid when it names anything but the list's own filters, search and order."""
    query = QueryDict(text[:2000], mutable=True)
    requested = without_position(query)
    filters = {key for key in QueryDict(requested) if key != ORDER}
    in_order = _ORDER.fullmatch(query.get(ORDER) or "0")
    readable = in_order and len(requested) <= SavedFilter.QUERY
    if not filters or not readable or not _fits(requested, filters, page, request):
        raise Invalid(_("This list can't be filtered like that. Choose a filter, then save it."))
    return requested


def _fits(requested: str, filters: set[str], page: str, request: HttpRequest) -> bool:
    """The list itself is asked: it knows its parameters, and which values they take."""
    candidate = model_admin(page, request)
    try:
        changes = candidate.get_changelist_instance(with_query(request, requested))
    except (IncorrectLookupParameters, DisallowedModelAdminLookup):
        return False
    own = {name for spec in changes.filter_specs for name in spec.expected_parameters()}
    if candidate.get_search_fields(request):
        own.add(SEARCH)
    return filters <= own


def with_query(request: HttpRequest, query: str) -> HttpRequest:
    """The same person asking for a list with `?query`."""
    asked = HttpRequest()
    asked.__dict__.update(request.__dict__)
    asked.method, asked.GET = "GET", QueryDict(query)
    asked.META = {**request.META, "QUERY_STRING": query, "REQUEST_METHOD": "GET"}
    return asked
