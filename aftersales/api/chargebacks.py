"""The evidence on a chargeback over HTTP: one file."""

from typing import Any

from django.conf import settings
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.access import caller, chosen_shop
from kernel.errors import Invalid
from orders.access import order_for
from web.http import ApiView
from web.schema import parameter, refusals

from .. import evidence_pack

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


class ChargebackEvidence(ApiView):
    # What is sent is written into the history, so it is never asked for without its body.
    http_method_names = ["get", "options"]

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Browsers ask for a file, not for JSON; only refusals are JSON here."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        responses={
            (200, "application/zip"): OpenApiTypes.BINARY,
            **refusals((400, 401, 403, 404, 429, 503)),
        },
        parameters=[
            parameter("language", gettext_lazy("Of the PDF and the labels; the caller's own."), enum=LANGUAGES),
            parameter("channel", gettext_lazy("If two chargebacks of the order have this number.")),
        ],
        tags=["orders"],
        operation_id="orders_chargebacks_evidence",
    )
    def get(self, request: Request, order_no: str, chargeback_no: str) -> FileResponse:
        """What a bank needs to decide, as a ZIP: a PDF, the same facts as JSON, the original files and their hashes.
        For managers of the shop, its own system and support. History says who took it."""
        order, actor = order_for(caller(request), order_no, shop=chosen_shop(request))
        evidence_pack.check_may_take(actor)
        chargeback = evidence_pack.chargeback_of(order, chargeback_no, request.query_params.get("channel", ""))
        language = chosen_language(request.query_params.get("language", ""))
        pack = evidence_pack.make_pack(chargeback, actor=actor, now=timezone.now(), language=language)
        return sent(pack)


def chosen_language(code: str) -> str:
    """400 for one that the site does not have. Empty: the caller's own."""
    if code and code not in LANGUAGES:
        raise Invalid(errors={"language": [_("Choose one of: %(codes)s.") % {"codes": ", ".join(LANGUAGES)}]})
    return code


def sent(pack: evidence_pack.Pack) -> FileResponse:
    response = FileResponse(pack.file, as_attachment=True, filename=pack.name, content_type="application/zip")
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
