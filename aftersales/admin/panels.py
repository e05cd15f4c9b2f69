"""What a ticket's page shows to decide on. Each panel reads only what it shows."""

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kernel.models import History
from logistics.api.representation import pickup_json
from logistics.models import Parcel
from orders.models import Order
from refunds.admin import panel_of
from web.admin.base import Panel
from web.context import Context

from ..api.benefits.representation import benefits_of
from ..api.representation.inspections import extras_json
from ..api.versions import versions_json
from ..models import Ticket
from ..selectors.versions import ACTIONS
from ..services import approvable
from ..states import QualityPath, Status
from ..wording.amounts import deductions_shown
from ..wording.versions import changes
from .conversation import CONVERSATION
from .offers import OFFERS
from .overrides import OVERRIDES
from .refunds.failed import FAILED_REFUNDS
from .refunds.settlements import SETTLEMENTS


def goods(ticket: Ticket, request: HttpRequest) -> Context:
    lines = ticket.lines.select_related("line__sku", "exchange_sku").prefetch_related("inspections")
    # A rejected ticket may still be approved, so its amounts are shown to decide on as well.
    undecided = ticket.pays_money and ticket.status in (Status.PENDING_REVIEW, Status.REJECTED)
    return {"ticket": ticket, "lines": lines, "terms": approvable(ticket) if undecided else None,
            "deductions": deductions_shown(ticket), "benefits": benefits_of(ticket),
            "extras": extras_json(ticket)}  # fmt: skip


def application(ticket: Ticket, request: HttpRequest) -> Context:
    # A change raises the version, so that most tickets need not be asked.
    history = ticket.history().filter(action__in=ACTIONS) if ticket.version > 1 else History.objects.none()
    rows = versions_json(ticket, list(history.values_list("action", "at", "data")))
    return {"ticket": ticket, "changes": changes(rows, ticket.order.currency)}


def quality(ticket: Ticket, request: HttpRequest) -> Context | None:
    """S-078, S-079: how the claim is handled. Reads nothing."""
    undecided = ticket.quality_path and ticket.status == Status.PENDING_REVIEW
    # After two failed repairs a replacement is due: there is nothing to be agreed on.
    if not undecided or ticket.after_failed_repairs:
        return None
    return {"early": ticket.quality_path == QualityPath.EARLY}


def evidence(ticket: Ticket, request: HttpRequest) -> Context:
    """All files; the pictures each between their neighbours. Those of the conversation open here too."""
    files = list(ticket.evidence.select_related("uploader"))
    pictures = [file for file in files if file.thumbnail]
    around = zip([None, *pictures[:-1]], pictures, [*pictures[1:], None], strict=True) if pictures else ()
    return {"files": files, "pictures": list(around)}


def parcels(ticket: Ticket, request: HttpRequest) -> Context | None:
    current = Parcel.objects.filter(
        shop_id=ticket.shop_id, ticket_parcel__ticket=ticket, ticket_parcel__is_current=True
    )
    rows = list(current.order_by("id")) if ticket.has_parcels else []
    address = ticket.return_address_copy
    pickup = pickup_json(ticket.pickup, in_full=False) if ticket.pickup is not None else None
    return {"parcels": rows, "address": address, "pickup": pickup} if rows or address else None


def refunds(ticket: Ticket, request: HttpRequest) -> Context | None:
    rows = list(ticket.refunds.filter(shop_id=ticket.shop_id).select_related("payment", "retried_as").order_by("id"))
    return panel_of(rows, ticket.order.currency)


def work(ticket: Ticket, request: HttpRequest) -> Context:
    return {"ticket": ticket, "take_url": reverse("admin:aftersales_ticket_take", args=[ticket.pk])}


def order(ticket: Ticket, request: HttpRequest) -> Context:
    return {"order": ticket.order}


def buyer(ticket: Ticket, request: HttpRequest) -> Context:
    """The buyer's record in this shop. Their tickets in other shops are not shown."""
    tickets = Ticket.objects.filter(buyer_id=ticket.buyer_id, shop_id=ticket.shop_id).aggregate(
        all=Count("id"),
        rejected=Count("id", filter=Q(status=Status.REJECTED)),
    )
    orders = Order.objects.filter(buyer_id=ticket.buyer_id, shop_id=ticket.shop_id).count()
    share = round(100 * tickets["all"] / orders) if orders else 0
    return {"buyer": ticket.buyer, "orders": orders, "tickets": tickets, "share": share, "before": _others(ticket)}


def _others(ticket: Ticket) -> "QuerySet[Ticket]":
    """The last five besides this one."""
    rows = Ticket.objects.filter(buyer_id=ticket.buyer_id, shop_id=ticket.shop_id).exclude(pk=ticket.pk)
    return rows.order_by("-created_at", "-id")[:5]


PANELS = [
    OVERRIDES,
    FAILED_REFUNDS,
    SETTLEMENTS,
    Panel(_("Goods and amounts"), "admin/aftersales/goods.html", goods, half=True),
    Panel(_("Application"), "admin/aftersales/application.html", application, half=True),
    OFFERS,
    Panel(_("Claim of quality"), "admin/aftersales/quality.html", quality),
    Panel(_("Evidence"), "admin/aftersales/evidence.html", evidence, name="evidence"),
    CONVERSATION,
    Panel(_("Assigned to"), "admin/aftersales/work.html", work, name="work"),
    Panel(_("Order"), "admin/aftersales/order.html", order, half=True),
    Panel(_("Buyer in this shop"), "admin/aftersales/buyer.html", buyer, half=True),
    Panel(_("Parcels"), "admin/aftersales/parcels.html", parcels),
    Panel(_("Refunds"), "admin/refunds/panel.html", refunds),
]


def tickets_of(row: Order, request: HttpRequest) -> Context | None:
    rows = list(Ticket.objects.filter(shop_id=row.shop_id, order=row).select_related("reason").order_by("-id"))
    return {"tickets": rows} if rows else None


TICKETS_OF_ORDER = Panel(_("After-sales tickets"), "admin/aftersales/panel.html", tickets_of)
