"""Refunds that failed, on the ticket itself: how much is back and how much is not, and the two ways on from there."""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.admin.scope import user_of
from accounts.second_person import whom_to_ask
from kernel.actors import Actor
from refunds import services as refunds
from refunds.labels import CHARGEBACK_OPEN, error_text, tender_texts
from refunds.machine import UNPAID
from refunds.models import Refund
from web.admin.base import Panel
from web.context import Context

from ...access import acting_on
from ...conditions import refund_failed
from ...models import Ticket
from ...wording.failed_refunds import parts_of, parts_text


def failed_refunds(ticket: Ticket, request: HttpRequest) -> Context | None:
    """Two statements, and none where nothing failed."""
    if not refund_failed(ticket):
        return None
    rows = ticket.refunds.filter(shop_id=ticket.shop_id).select_related("payment", "retried_as").order_by("id")
    known, actor = list(rows), acting_on(user_of(request), ticket)
    again = {row.pk for row in known if hasattr(row, "retried_as")}
    parts = parts_of((row.status, row.amount, row.pk in again, row.charged_back) for row in known)
    refused = [row for row in known if row.status in UNPAID and not row.charged_back]
    failed = [row for row in refused if row.pk not in again]
    texts = tender_texts((row.payment.channel, row.received_account, row.payment.transaction_no) for row in known)
    tenders = dict(zip((row.pk for row in known), texts, strict=True))
    currency = ticket.order.currency
    back = urlencode({"next": reverse("admin:aftersales_ticket_change", args=[ticket.pk])})
    return {
        "text": parts_text(parts, currency),
        "currency": currency,
        "rows": [_row(row, tenders[row.pk], actor, back) for row in failed],
    }


def _row(refund: Refund, tender: str, actor: Actor, back: str) -> Context:
    now = timezone.now()
    possible = refunds.allowed_actions(refund, actor, now=now)
    # What came back and may still be paid is only asked about, under a name of its own.
    verbs = ["ask_again" if name == "retry" and refund.may_arrive else name.replace("-", "_") for name in possible]
    links = {verb: f"{reverse(f'admin:refunds_refund_{verb}', args=[refund.pk])}?{back}" for verb in verbs}
    proposed = refund.proposed_by is not None
    disputed = refund.payment.disputed > 0
    asks = proposed and "settle" not in links and not disputed
    return {
        "refund": refund,
        "tender": tender,
        "links": links,
        "proposed": proposed,
        "disputed": error_text(CHARGEBACK_OPEN) if disputed else "",
        "ask": whom_to_ask(refund.shop_id, refund.proposed_by, now=now) if asks else "",
    }


FAILED_REFUNDS = Panel(
    _("Refund failed"), "admin/aftersales/failed_refunds.html", failed_refunds, name="failed-refunds"
)
