"""The desk's own pages, beside the rooms of the stock admin: what `AdminSite.get_urls()` adds."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponseBase
from django.utils.functional import Promise

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Page:
    """`view` answers at `/admin/<route>`, only for who may enter the desk. Without a label it is in no menu."""

    route: str
    name: str  # reverse("admin:<name>")
    view: View
    label: "str | Promise" = ""
    icon: str = ""  # a symbol of static/icons.svg


PAGES: list[Page] = []


def context(request: "object", title: "str | Promise", **more: object) -> dict[str, object]:
    """What every page of the desk hands to its template (which extends `admin/base_site.html`)."""
    from django.contrib import admin

    return {**admin.site.each_context(request), "title": title, **more}  # type: ignore[arg-type]
