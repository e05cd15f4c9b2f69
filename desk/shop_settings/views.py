"""`/admin/settings/?shop=lantern`"""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import manages
from accounts.admin.scope import user_of

from ..page import context
from ..shops import choice, chosen, shops_of
from .cards import cards


@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    shops = shops_of(request)
    shop = chosen(request, shops) or next(iter(shops), None)
    values = {
        **choice(shops, shop),
        "cards": cards(request, shop, timezone.now()) if shop else [],
        "read_only": shop is not None and not manages(user_of(request), shop.pk),
    }
    return TemplateResponse(request, "admin/desk/settings.html", context(request, _("Shop settings"), **values))
