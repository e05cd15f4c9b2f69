"""`/admin/numbers/?range=14&shop=lantern`, and each table of it as CSV."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import is_support, manages
from accounts.admin.scope import user_of
from accounts.models import Shop
from reports.figures import Figures
from reports.queries import Scope
from reports.ranges import CHOICES, Range, span
from web.exports import csv_response

from ..page import context
from ..shops import choice, chosen, shops_of
from .cards import questions
from .rates import RATES
from .tiles import tiles


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    figures, shops, shop = _asked(request)
    values = {
        "ranges": [(key, label, key == figures.range.key) for key, (_days, label) in CHOICES.items()],
        **choice(shops, shop),
        "span": figures.range,
        "tiles": tiles(figures),
        "cards": [card(figures) for key, card in questions(figures).items() if key not in RATES],
        "rates": [
            card(figures) for key, card in RATES.items() if key != "rates-shops" or (len(shops) > 1 and not shop)
        ],
        "export_url": f"{reverse('admin:desk_numbers_export')}?{_query(figures.range, shop)}",
    }
    return TemplateResponse(request, "admin/desk/numbers.html", context(request, _("Numbers"), **values))


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    figures, _shops, shop = _asked(request)
    ask = questions(figures).get(request.GET.get("card", ""))
    if ask is None:
        raise Http404
    card = ask(figures)
    where = shop.code if shop else "all"
    return csv_response(f"{card.key}-{where}-{figures.range.end:%Y%m%d}.csv", card.header, card.rows)


def _asked(request: HttpRequest) -> tuple[Figures, list[Shop], Shop | None]:
    shops = shops_of(request)
    shop = chosen(request, shops)
    range_ = span(request.GET.get("range", ""), timezone.now())
    return Figures(_scope(request, shops, shop, range_), _people(request, shops, shop, range_)), shops, shop


def _scope(request: HttpRequest, shops: list[Shop], shop: Shop | None, range_: Range) -> Scope:
    if shop is None and is_support(user_of(request)):
        return Scope(None, range_)
    return Scope(tuple(one.pk for one in ([shop] if shop else shops)), range_)


def _people(request: HttpRequest, shops: list[Shop], shop: Shop | None, range_: Range) -> Scope | None:
    """How fast a person works is for their manager, and for support."""
    user = user_of(request)
    if is_support(user):
        return _scope(request, shops, shop, range_)
    own = tuple(one.pk for one in ([shop] if shop else shops) if manages(user, one.pk))
    return Scope(own, range_) if own else None


def _query(range_: Range, shop: Shop | None) -> str:
    return urlencode({"range": range_.key, **({"shop": shop.code} if shop else {})})
