"""The button on the page of a chargeback, and the file that it downloads."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from aftersales import evidence_pack
from aftersales.api.chargebacks import chosen_language, sent
from refunds.models import Chargeback
from web.admin.base import Panel
from web.admin.extension import extend
from web.context import Context


def _page() -> Any:
    return admin.site.get_model_admin(Chargeback)


def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    page = _page()
    chargeback = page.get_object(request, str(pk))
    actor = page.actor(request, chargeback)
    if actor is None:
        raise Http404
    if request.method != "GET":  # nor HEAD: what is sent is written into the history
        return HttpResponseNotAllowed(["GET"])
    language = chosen_language(request.GET.get("language", ""))
    return sent(evidence_pack.make_pack(chargeback, actor=actor, now=timezone.now(), language=language))


def panel(chargeback: Chargeback, request: HttpRequest) -> Context | None:
    actor = _page().actor(request, chargeback)
    if actor is None or not evidence_pack.may_take(actor):
        return None
    return {"chargeback": chargeback, "languages": settings.LANGUAGES, "language": get_language()}


def extend_chargebacks() -> None:
    extend(Chargeback, panels=[Panel(_("Evidence for the bank"), "admin/desk/evidence.html", panel, rail=True)])
