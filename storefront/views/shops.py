"""What everybody may read: help; what a shop's buyers ask."""

from typing import Any

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
from aftersales.services.evidence import LARGEST_PICTURE, MEBIBYTE
from logistics.couriers.names import COURIERS
from orders.access import shops_of
from refunds.labels import channel_label
from refunds.policy import SPANS

from ..access import page

MOST_SHOPS = 20
QUESTIONS_A_PAGE = 20
LONGEST_SEARCH = 64
# What the gateway for trials pays with means nothing to a buyer.
NO_TENDER = ("sandbox",)


@require_safe
@never_cache
def help_page(request: HttpRequest) -> HttpResponse:
    """The rules in plain words; every number comes from where the services take it. Its head says who reads it."""
    return render(
        request,
        "help.html",
        {
            "policy": policy,
            "couriers": COURIERS.values(),
            "formats": ", ".join(pictures.FORMATS),
            "mebibytes": LARGEST_PICTURE // MEBIBYTE,
            "spans": [(channel_label(name), span) for name, span in SPANS.items() if name not in NO_TENDER],
            "shops": shops_of(request.user)[:MOST_SHOPS] if isinstance(request.user, User) else (),
        },
    )


@page
@require_safe
def faq(request: HttpRequest, code: str) -> HttpResponse:
    shop = public_shop(code)
    search = request.GET.get("search", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    rows = Paginator(questions(shop, search), QUESTIONS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "storefront/faq.html", {"shop": shop, "search": search, "rows": rows} | _ways(request, rows))


def _ways(request: HttpRequest, rows: Any) -> dict[str, str]:
    """`previous` and `next`: the query of the neighbour page, the search kept; "" at an end."""
    query, ways = request.GET.copy(), {"previous": "", "next": ""}
    for name, there in (("previous", rows.has_previous()), ("next", rows.has_next())):
        if there:
            query["page"] = str(rows.number + (1 if name == "next" else -1))
            ways[name] = f"?{query.urlencode()}"
    return ways


urlpatterns = [
    path("help/", help_page, name="help"),
    path("shops/<str:code>/faq/", faq, name="faq"),
]
