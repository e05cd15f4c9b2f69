"""Lists of the pages, with Previous and Next: the keyset paging of the API for a plain request."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.request import Request

from kernel.errors import Invalid

from .paging import KeysetPagination

if TYPE_CHECKING:
    from django.db.models import QuerySet


@dataclass(frozen=True)
class Page:
    """`next`, `previous`: addresses on this site with every other parameter kept, "" at the end.
    `complaint`: what was wrong with the position asked for; the first page is shown then."""

    rows: list[Any]
    next: str
    previous: str
    complaint: str = ""


class _Pages(KeysetPagination):
    """One page size. For a position that cannot be read the first page is shown, with a complaint."""

    def __init__(self, field: str, size: int) -> None:
        self.field, self.page_size, self.complaint = field, size, ""

    def _size(self) -> int:
        return self.page_size

    def _cursor(self) -> tuple[bool, tuple[datetime, int] | None]:
        try:
            return super()._cursor()
        except Invalid:
            self.complaint = _("That page of the list doesn't exist, so here's the first one.")
            return False, None


def pages_of(rows: "QuerySet[Any]", request: HttpRequest, *, field: str = "created_at", size: int = 10) -> Page:
    """One page of `rows`, newest `field` first, at `?cursor=`."""
    pages = _Pages(field, size)
    page_rows: list[Any] = pages.paginate_queryset(rows, Request(request))
    stranded = not page_rows and "cursor" in request.GET and not pages.complaint
    previous = _start(request) if stranded else _here(pages.previous_link)
    return Page(page_rows, _here(pages.next_link), previous, pages.complaint)


def _here(link: str | None) -> str:
    """The query alone: the page stays where it is, whatever host a proxy made of it."""
    return f"?{link.split('?', 1)[1]}" if link else ""


def _start(request: HttpRequest) -> str:
    """The first page, for a reader whose page has become empty because its rows left the list."""
    query = request.GET.copy()
    del query["cursor"]
    return f"?{query.urlencode()}"
