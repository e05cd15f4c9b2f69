"""Lists of the desk whose columns each shop chooses, and the same list to take along."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any, ClassVar

from django import forms
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.actors import Actor
from kernel.errors import Forbidden, Invalid
from web.admin.base import Verb
from web.admin.parts import Text
from web.context import Context
from web.exports import csv_response
from web.forms import Arguments, VerbForm

from ..access import desk_shops, is_support
from ..models import Shop
from ..services import only_manager
from ..shop_settings.columns import MAX_COLUMNS, Listing, choose_columns
from .scope import RowAdmin, user_of

CHUNK = 500  # rows of an export that are read at a time
Load = Callable[[Sequence[Any]], None]


class LoadedList(ChangeList):
    """With what the cells of a page show beyond their rows: a statement for each, however many rows there are."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        page: Any = self.model_admin
        for load in page.loads_of(self.list_display):
            load(rows)
        self.result_list = rows


class ChosenColumns(RowAdmin):
    """`exported`: the text of each column of `listing` in a table to take along, by its name. `loads`: what is read for
    all rows at once before a column is drawn."""

    listing: ClassVar[Listing]
    exported: ClassVar[Mapping[str, Callable[[Any], object]]]
    loads: ClassVar[Mapping[str, Load]] = {}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return LoadedList

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return self.columns(request)

    def columns(self, request: HttpRequest) -> tuple[str, ...]:
        """Of the shops whose rows are listed: one where the filter says so, else all of the reader's."""
        cached: tuple[str, ...] | None = getattr(request, "_columns", None)
        if cached is None:
            cached = request._columns = self.listing.of(self._shops(request))  # type: ignore[attr-defined]
        return cached

    def _shops(self, request: HttpRequest) -> Iterable[Shop]:
        user, code = user_of(request), request.GET.get("shop", "")
        if is_support(user):
            return Shop.objects.filter(code=code).only(self.listing.field) if code else ()
        own = Shop.objects.filter(pk__in=list(desk_shops(user))).only("code", self.listing.field)
        return [shop for shop in own if shop.code == code] or own

    def loads_of(self, columns: Iterable[str]) -> list[Load]:
        return list(dict.fromkeys(self.loads[name] for name in columns if name in self.loads))

    # --- to take along ---------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export)
        return [path("export/", view, name=self._name("export")), *super().get_urls()]

    def _name(self, what: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{what}"

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """The list as it is filtered and sorted, with the columns that the shop chose. 400 where the list has no such
        filter: all rows instead would be taken for the filtered ones."""
        try:
            changes = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            raise Invalid(_("This list can't be filtered like that. Open it again and choose a filter.")) from None
        names = self.columns(request)
        header = [capfirst(str(self.listing.labels[name])) for name in names]
        return csv_response(f"{self.opts.model_name}.csv", header, self._lines(changes.queryset, names))

    def _lines(self, rows: Any, names: Sequence[str]) -> Iterator[list[object]]:
        stream = rows.iterator(chunk_size=CHUNK)
        while chunk := list(islice(stream, CHUNK)):
            for load in self.loads_of(names):
                load(chunk)
            yield from ([self.exported[name](row) for name in names] for row in chunk)

    def changelist_view(self, request: HttpRequest, extra_context: Context | None = None) -> Any:
        export = reverse("admin:" + self._name("export"))
        context = {"export_url": f"{export}?{request.GET.urlencode()}", **(extra_context or {})}
        return super().changelist_view(request, context)


class ColumnsForm(VerbForm):
    """A place for each column, from the left, after the one that leads to the row."""

    listing: ClassVar[Listing]

    def prepare(self) -> None:
        first, *others = self.listing.labels.items()
        choices = [("", "–"), *((name, capfirst(str(label))) for name, label in others)]
        present = [name for name in self.listing.of([self.row]) if name != first[0]]
        for place in range(1, MAX_COLUMNS):
            label = _("%(n)d. column") % {"n": place + 1}
            self.fields[f"place_{place}"] = forms.ChoiceField(label=label, choices=choices, required=False)
            self.initial[f"place_{place}"] = present[place - 1] if place <= len(present) else ""

    @property
    def consequence(self) -> str:
        first = capfirst(str(self.listing.labels[self.listing.first]))
        return _("For everyone in the shop, in the list and its download. The first column is always “%(first)s”.") % {
            "first": first
        }

    def arguments(self) -> Arguments:
        places = (self.cleaned_data[f"place_{place}"] for place in range(1, MAX_COLUMNS))
        return {"columns": [name for name in places if name]}


def keeps_columns(shop: Shop, actor: Actor) -> bool:
    try:
        only_manager(actor)
    except Forbidden:
        return False
    return True


def columns_verb(listing: Listing, label: Text) -> Verb:
    """The button on the page of a shop."""
    form = type("ColumnsForm", (ColumnsForm,), {"listing": listing})
    return Verb(listing.field, label, partial(choose_columns, listing=listing), form, may=keeps_columns)


TICKETS, ORDERS = gettext_lazy("Choose the columns of tickets"), gettext_lazy("Choose the columns of orders")
