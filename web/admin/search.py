"""Looking for the beginning of a number or a name in a list of the desk."""

from functools import reduce
from typing import TYPE_CHECKING, Any

from django.contrib.admin import ModelAdmin
from django.db.models import Q
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest

if TYPE_CHECKING:
    from django.db.models import QuerySet

NAME = f"{LOOKUP_SEP}startswith"
NUMBERS = (f"{LOOKUP_SEP}begins_number", f"{LOOKUP_SEP}begins_printed")  # as they are compared (kernel/numbers.py)


def spellings(text: str) -> set[str]:
    """A name as it was typed, in capitals, and in small letters as names often are."""
    return {text, text.upper(), text.lower()}


class PrefixSearch(ModelAdmin):
    """An admin page whose `search_fields` end in a lookup of a beginning: `__begins_number` of a number from outside,
    `__begins_printed` of one of ours, `__startswith` of a name. The whole text is the beginning of one of them.

    Stock admin joins the tables and asks with OR, or without regard to case: both read every row. Here each column is
    asked by itself, so that PostgreSQL uses its pattern index."""

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> "tuple[QuerySet[Any], bool]":
        text = search_term.strip()
        if not text:
            return queryset, False
        # Of the rows of the list, so that each part asks for the reader's shops as well.
        matches = [self._beginning(queryset, field, text) for field in self.search_fields]
        return queryset.filter(pk__in=matches[0].union(*matches[1:])), False

    def _beginning(self, queryset: "QuerySet[Any]", field: str, text: str) -> "QuerySet[Any]":
        if not field.endswith((NAME, *NUMBERS)):
            raise TypeError(f"{field} is no lookup of a beginning")
        texts = [text] if field.endswith(NUMBERS) else sorted(spellings(text))
        condition = reduce(Q.__or__, (Q((field, spelling)) for spelling in texts))
        return queryset.filter(condition).select_related(None).order_by().values("pk")
