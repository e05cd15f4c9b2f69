"""The admin of merchants and support: who may enter, and the order of its pages."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext_lazy as _

from web.context import Context

DAILY = ("Ticket", "Order", "Refund", "Parcel", "Shop")
ORDER = ("aftersales", "orders", "refunds", "logistics", "accounts")


class DeskSite(AdminSite):
    site_header = _("After-sales desk")
    site_title = _("After-sales desk")
    site_url = None
    empty_value_display = "–"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only our own models: groups and permissions mean nothing here, and tokens are secrets."""
        models = model_or_iterable if isinstance(model_or_iterable, list | tuple) else [model_or_iterable]
        ours = [model for model in models if model._meta.app_label in ORDER]
        super().register(ours, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Members of a shop and support. `is_staff` does not matter."""
        from accounts.access import may_enter_desk

        return may_enter_desk(request.user)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The desk's own pages first: stock admin ends with an address that catches everything."""
        from desk.pages import PAGES

        own = [path(page.route, self.admin_view(page.view), name=page.name) for page in PAGES]
        return [*own, *super().get_urls()]

    def each_context(self, request: HttpRequest) -> Context:
        from desk.pages import PAGES

        user: Any = request.user
        pages = [page for page in PAGES if page.label and (page.may is None or page.may(user))]
        return super().each_context(request) | {"desk_pages": pages}

    def index(self, request: HttpRequest, extra_context: Context | None = None) -> Any:
        from desk.home.views import home

        return home(request)

    def password_change(self, request: HttpRequest, extra_context: Context | None = None) -> Any:
        """The same view as on the storefront, in the desk's frame."""
        from accounts.views import OwnPassword

        return OwnPassword.as_view(
            template_name="admin/password.html",
            success_url=reverse("admin:index"),
            extra_context={**self.each_context(request), **(extra_context or {})},
        )(request)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Anonymous visitors are sent to the login; for everybody else who may not enter, nothing is here."""
        inner = super().admin_view(view)  # no page is, its head says who reads it

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated and not self.has_permission(request):
                raise Http404
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), resolve_url("login"))
            return inner(request, *args, **kwargs)

        return guarded

    def login(self, request: HttpRequest, extra_context: Context | None = None) -> Any:
        """One login page for all (contract §8)."""
        return redirect_to_login(request.GET.get("next", "/admin/"), resolve_url("login"))

    def logout(self, request: HttpRequest, extra_context: Context | None = None) -> Any:
        super().logout(request, extra_context)
        return HttpResponseRedirect(resolve_url("login"))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Daily work first, then what is looked after now and then; not by the alphabet of either language."""
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: model["object_name"] not in DAILY)
        return sorted(apps, key=lambda app: ORDER.index(app["app_label"]))

    def get_log_entries(self, request: HttpRequest) -> Any:
        """Actions are in each row's history; the log of edits of the stock admin is not shown."""
        from django.contrib.admin.models import LogEntry

        return LogEntry.objects.none()
