"""A page of the desk, and the context of its template."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import admin
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import Promise

from accounts.models import User

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Page:
    """`view` answers at `/admin/<route>`, only for who may enter the desk. Without a label it is in no menu."""

    route: str
    name: str  # reverse("admin:<name>")
    view: View
    label: "str | Promise" = ""
    icon: str = ""  # a symbol of static/icons.svg
    may: Callable[[User], bool] | None = None  # who sees it in the menu; None: everybody at the desk


def context(request: HttpRequest, title: "str | Promise", **values: object) -> dict[str, object]:
    """The context of every page of the desk; its template extends `admin/desk_page.html`."""
    return {**admin.site.each_context(request), "title": title, **values}
