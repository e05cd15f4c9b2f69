"""Which filters a list of the desk shows now, however they were reached: links, tiles, saved filters, the search."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import FieldListFilter, SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import FieldDoesNotExist
from django.db.models.constants import LOOKUP_SEP
from django.http import QueryDict
from django.utils.translation import gettext as _

from kernel.languages import enumerated

from .parts import Text

SEARCH, PAGE = "q", "p"


@dataclass(frozen=True)
class ChosenFilter:
    """`without`: the address of the same list with this one taken off."""

    title: Text
    value: Text
    without: str


def chosen_filters(changes: ChangeList) -> list[ChosenFilter]:
    result = []
    # A filter of ours that has nothing to choose from for this reader shows every row.
    owned = {
        str(one.parameter_name)
        for one in changes.list_filter
        if isinstance(one, type) and issubclass(one, SimpleListFilter)
    }
    for spec in changes.filter_specs:
        names = [name for name in spec.expected_parameters() if name in changes.filter_params]
        owned.update(names)
        value = _value(spec, names, changes) if names else ""
        if value:
            result.append(ChosenFilter(spec.title or "", value, _without(changes, names)))
    for name in changes.get_filters_params().keys() - owned:
        title = _title(changes.model, name)
        result.append(ChosenFilter(title, enumerated(changes.filter_params[name]), _without(changes, [name])))
    if changes.query:
        result.append(ChosenFilter(_("search"), changes.query, _without(changes, [SEARCH])))
    return result


def _value(spec: Any, names: list[str], changes: ChangeList) -> Text:
    """The word on the chip. Of a value that is none of the choices: itself, where it filters by a column; a list that
    does not know it shows every row, so there is nothing to say."""
    _all, *choices = spec.choices(changes)
    for choice in choices:
        if choice.get("selected"):
            display: Text = choice["display"]
            return display
    raw = [value for name in names for value in changes.filter_params[name]]
    return enumerated(raw) if isinstance(spec, FieldListFilter) else ""


def _title(model: Any, name: str) -> Text:
    """`buyer__username__startswith` is said as the first column of its path is called."""
    try:
        field = model._meta.get_field(name.split(LOOKUP_SEP)[0])
    except FieldDoesNotExist:
        return name
    return getattr(field, "verbose_name", name)


def _without(changes: ChangeList, names: Iterable[str]) -> str:
    """`ChangeList.get_query_string` takes off whatever begins like a name: without “q” it forgets “question” too."""
    query = QueryDict(mutable=True)
    for name, values in changes.filter_params.items():
        if name not in (*names, PAGE):
            query.setlist(name, values)
    return f"?{query.urlencode()}"
