"""`/admin/finance/?range=14&shop=lantern`, the tables behind it and the ledger as CSV, and closing a difference."""

from datetime import date, datetime
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import desk_shops, is_support, manages, member_actor, sees_several_shops, support_actor
from accounts.admin.scope import user_of
from accounts.models import Shop, User
from aftersales import exports
from kernel.actors import Actor
from kernel.errors import Invalid, NotFound
from refunds.models import Difference
from refunds.notices.review import to_review
from refunds.reconciliation.closing import NOTE_LENGTH, close
from reports import finance
from reports.queries import Scope
from reports.ranges import CHOICES, USUAL, Range, span
from web.actions import attempt
from web.exports import csv_response

from ..page import context
from ..shops import choice, chosen, shops_of
from . import cards, queue


def sees_finance(user: User) -> bool:
    """Support, and who manages a shop."""
    return is_support(user) or any(manages(user, shop) for shop in desk_shops(user))


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _show(request)
    row = _difference(request)
    note = request.POST.get("note", "")
    outcome = attempt(close, row, note=note, actor=_actor(request, row), now=timezone.now())
    if outcome.ok:
        return HttpResponseRedirect(request.get_full_path())
    errors = outcome.refusal.errors if outcome.refusal else None
    text = " ".join(errors["note"]) if errors else str(outcome.refusal.message if outcome.refusal else "")
    return _show(request, status=outcome.status, refused={"pk": row.pk, "text": text, "note": note})


def _show(request: HttpRequest, *, status: int = 200, refused: dict[str, object] | None = None) -> HttpResponse:
    now = timezone.now()
    shops, shop, scope = _asked(request)
    entries, total = queue.entries(queue.still_open(scope.shops), now)
    values = {
        "ranges": [(key, label, key == scope.range.key) for key, (_n, label) in CHOICES.items() if key != "today"],
        **choice(shops, shop),
        "span": scope.range,
        "tiles": [*cards.waiting(finance.waiting(scope, now), now), *_for_support(request, now)],
        "differences": entries,
        "all_differences": total,
        "comparisons": queue.comparisons(),
        "several_shops": sees_several_shops(user_of(request)),
        "cards": list(_cards(scope).values()),
        "refused": refused,
        "note_length": NOTE_LENGTH,
        "export_url": f"{reverse('admin:desk_finance_export')}?{_query(scope.range, shop)}",
    }
    return TemplateResponse(request, "admin/desk/finance.html", context(request, _("Finance"), **values), status=status)


def _for_support(request: HttpRequest, now: datetime) -> list[cards.Tile]:
    return [cards.notices(*to_review(), now)] if is_support(user_of(request)) else []


def _cards(scope: Scope) -> dict[str, cards.Card]:
    rows = (
        cards.out(finance.out(scope), scope.range),
        cards.fees(finance.fees(scope), every_shop=scope.shops is None),
        cards.promises(finance.promises(scope)),
    )
    return {card.key: card for card in rows}


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    _shops, shop, scope = _asked(request)
    card = _cards(scope).get(request.GET.get("card", ""))
    if card is None:
        raise Http404
    where = shop.code if shop else "all"
    return csv_response(f"{card.key}-{where}-{scope.range.end:%Y%m%d}.csv", card.header, card.rows)


@require_safe
def ledger(request: HttpRequest) -> HttpResponseBase:
    """The entries of whole days, however many."""
    _shops, shop, scope = _asked(request)
    first, last = _day(request, "first"), _day(request, "last")
    if first > last:
        raise Invalid(errors={"last": [_("The last day is before the first one.")]})
    rows = exports.entries(exports.Period(first, last, scope.shops))
    where = shop.code if shop else "all"
    return csv_response(f"ledger-{where}-{first:%Y%m%d}-{last:%Y%m%d}.csv", exports.header(), rows)


def _day(request: HttpRequest, name: str) -> date:
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        raise Invalid(errors={name: [_("Enter a day, such as 2026-03-31.")]}) from None


def _asked(request: HttpRequest) -> tuple[list[Shop], Shop | None, Scope]:
    """The shops that the person may see the money of, the chosen one, and what the figures are of."""
    user = user_of(request)
    if not sees_finance(user):
        raise PermissionDenied(_("Only a manager of the shop can do this. Ask one."))
    shops = [shop for shop in shops_of(request) if is_support(user) or manages(user, shop.pk)]
    shop = chosen(request, shops)
    key = request.GET.get("range", "")
    range_ = span(USUAL if key == "today" else key, timezone.now())
    if shop is None and is_support(user):
        return shops, shop, Scope(None, range_)
    return shops, shop, Scope(tuple(one.pk for one in ([shop] if shop else shops)), range_)


def _difference(request: HttpRequest) -> Difference:
    _shops, _shop, scope = _asked(request)
    number = request.POST.get("difference", "")
    rows = Difference.objects.all() if scope.shops is None else Difference.objects.filter(shop_id__in=scope.shops)
    row = rows.filter(pk=int(number)).first() if number.isascii() and number.isdigit() and len(number) < 18 else None
    if row is None:
        raise NotFound()
    return row


def _actor(request: HttpRequest, row: Difference) -> Actor:
    user = user_of(request)
    member = member_actor(user, row.shop_id) if row.shop_id and not is_support(user) else None
    return member or support_actor(user)


def _query(range_: Range, shop: Shop | None) -> str:
    return urlencode({"range": range_.key, **({"shop": shop.code} if shop else {})})
