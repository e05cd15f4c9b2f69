"""What everybody may read: help; what a shop's buyers ask."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import policy
from accounts.access import public_shop, questions
from accounts.models import User
from aftersales import pictures
from aftersales.services.evidence import MAX_PICTURE_BYTES, MEBIBYTE
from kernel.languages import enumerated
from logistics.couriers.names import COURIERS
from orders.access import shops_of
from refunds.labels import channel_label
from refunds.policy import SPANS

from ..access import page
from ..filter_links import filter_url

MAX_SHOPS = 20
PAGE_SIZE = 20
MAX_SEARCH = 64
# The channel of the gateway for trials means nothing to a buyer.
HIDDEN_CHANNELS = ("sandbox",)


@require_safe
@never_cache
def help_page(request: HttpRequest) -> HttpResponse:
    """The rules in plain words; every number comes from where the services take it. Needs no login."""
    return render(
        request,
        "help.html",
        {
            "policy": policy,
            "couriers": enumerated(COURIERS.values()),
            "formats": enumerated({"WEBP": "WebP"}.get(name, name) for name in pictures.FORMATS),
            "mebibytes": MAX_PICTURE_BYTES // MEBIBYTE,
            "spans": [(channel_label(name), span) for name, span in SPANS.items() if name not in HIDDEN_CHANNELS],
            "shops": shops_of(request.user)[:MAX_SHOPS] if isinstance(request.user, User) else (),
        },
    )


@page
@require_safe
def faq(request: HttpRequest, code: str) -> HttpResponse:
    shop = public_shop(code)
    search = request.GET.get("search", "").replace("\0", "").strip()[:MAX_SEARCH]
    rows = Paginator(questions(shop, search), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "shop": shop,
        "search": search,
        "rows": rows,
        "previous": _page_url(search, rows.number - 1) if rows.has_previous() else "",
        "next": _page_url(search, rows.number + 1) if rows.has_next() else "",
    }
    return render(request, "storefront/faq.html", context)


def _page_url(search: str, number: int) -> str:
    return filter_url({"search": search}, page=str(number))


urlpatterns = [
    path("help/", help_page, name="help"),
    path("shops/<str:code>/faq/", faq, name="faq"),
]
