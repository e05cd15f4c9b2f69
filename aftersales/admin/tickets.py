"""The queue of tickets and the page to decide on. Every button is a service of `aftersales.services`."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.files.base import File
from django.db.models import F, Prefetch, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.access import sees_several_shops
from accounts.admin.scope import RowAdmin, ShopFilter, user_of
from accounts.models import Shop
from kernel.actors import Actor
from logistics.admin.forms import WaybillForm
from orders.models import Order
from web.admin.base import FoldedChoices, Verb, moment, tag
from web.admin.extension import extend
from web.admin.history import Words
from web.context import Context, Tile
from web.money import format_money

from .. import services
from ..models import Ticket, TicketLine
from ..selectors import worklist
from ..selectors.pending_action import pending_action
from ..states import Status
from ..wording.amounts import shown_amount
from ..wording.event_labels import EVENT_LABELS
from ..wording.labels import label_of, status_label
from .apply import APPLY
from .conversation import REPLY
from .files import store
from .filters import OverdueFilter, StageFilter, TodoFilter, tiles
from .forms import ApproveForm, ConvertForm, ReasonForm, ReceiveForm, RefuseForm, RejectForm, ReshipForm, ShipBackForm
from .panels import PANELS, TICKETS_OF_ORDER
from .pause import PAUSES


def refuse_goods(ticket: Ticket, *, reason: str, photos: list[File], actor: Actor, now: datetime) -> Ticket:
    evidence = store(photos, ticket.shop, actor=actor, now=now)
    return services.refuse_goods(ticket, reason=reason, evidence=evidence, actor=actor, now=now)


VERBS = [
    Verb(
        "approve",
        _("Approve"),
        services.approve,
        ApproveForm,
        inline=True,
    ),
    Verb(
        "receive",
        _("Receive goods"),
        services.receive,
        ReceiveForm,
        "",
        inline=True,
        template="admin/aftersales/receive_fields.html",
    ),
    Verb("reship", _("Send replacement"), services.reship, ReshipForm, _("Uses up the reserved stock."), inline=True),
    Verb("return_goods", _("Send refused goods back"), services.return_goods, WaybillForm, inline=True),
    Verb(
        "ship_back",
        _("Enter return waybill"),
        services.ship_back,
        ShipBackForm,
        _("On the buyer's behalf; the history says so."),
    ),
    Verb(
        "convert",
        _("Convert into refund"),
        services.convert,
        ConvertForm,
        _("What cannot be fulfilled becomes a refund; reserved stock is free again."),
        inline=True,
    ),
    Verb(
        "reject",
        _("Reject"),
        services.reject,
        RejectForm,
        _("The buyer reads the reason and may apply again for some days, then the ticket is closed."),
        danger=True,
        inline=True,
    ),
    Verb(
        "refuse_goods",
        _("Refuse goods"),
        refuse_goods,
        RefuseForm,
        _("The refund stops and the ticket is rejected. Send the goods back to the buyer afterwards."),
        danger=True,
        inline=True,
    ),
    Verb(
        "reopen",
        _("Reopen"),
        services.reopen,
        ReasonForm,
        _("Back to the status before the end, with new deadlines, if units, money and stock are still there."),
    ),
    REPLY,
]


class Queue(ChangeList):
    """With the goods of each ticket, of which its page reads more."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> "QuerySet[Ticket]":
        rows = super().get_queryset(request, exclude_parameters)
        return rows.prefetch_related(Prefetch("lines", TicketLine.objects.select_related("line")))


@admin.register(Ticket)
class TicketAdmin(RowAdmin):
    related = ("shop", "buyer", "order", "reason")
    list_display = ("number", "goods", "applicant", "amount", "state", "next_step")
    list_filter = (StageFilter, OverdueFilter, TodoFilter, "type", ("status", FoldedChoices), ShopFilter, "created_at")
    search_fields = (
        "ticket_no__istartswith",
        "order__order_no__istartswith",
        "buyer__username__istartswith",
        "ticket_parcels__parcel__tracking_no__istartswith",
    )
    search_help_text = _("Ticket, order or tracking no., or buyer, from the beginning")
    page_template = "admin/aftersales/ticket.html"
    verbs = VERBS
    panels = PANELS
    words = EVENT_LABELS

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Queue

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        return worklist.order_of(request.GET.get("todo", ""))

    @admin.display(description=_("ticket"), ordering="ticket_no")
    def number(self, ticket: Ticket) -> SafeString:
        return format_html(
            '{}<br><span class="small quiet">{} · {}</span>',
            ticket.ticket_no,
            ticket.order.order_no,
            moment(ticket.created_at),
        )

    @admin.display(description=_("goods and reason"))
    def goods(self, ticket: Ticket) -> SafeString:
        lines = list(ticket.lines.all())
        first = f"{lines[0].line.title} × {lines[0].quantity}" if lines else "–"
        others = f" +{len(lines) - 1}" if len(lines) > 1 else ""
        why = f"{ticket.get_type_display()} · {ticket.reason}"
        return format_html('{}{}<br><span class="small quiet">{}</span>', first, others, why)

    @admin.display(description=_("buyer"), ordering="buyer__username")
    def applicant(self, ticket: Ticket) -> str:
        return ticket.buyer.display_name

    @admin.display(description=_("buyer, shop"), ordering="buyer__username")
    def applicant_and_shop(self, ticket: Ticket) -> SafeString:
        return format_html('{}<br><span class="small quiet">{}</span>', ticket.buyer.display_name, ticket.shop.name)

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """The shop is shown only to users who work for several."""
        several = sees_several_shops(user_of(request))
        return tuple("applicant_and_shop" if several and c == "applicant" else c for c in self.list_display)

    @admin.display(description=_("amount"), ordering="requested_amount")
    def amount(self, ticket: Ticket) -> SafeString | str:
        amount_shown = shown_amount(ticket)
        if amount_shown is None:
            return "–"
        return format_html('<span class="num">{}</span>', format_money(amount_shown.amount, ticket.order.currency))

    @admin.display(description=_("status"), ordering="status")
    def state(self, ticket: Ticket) -> SafeString:
        status = tag(status_label(ticket), ticket.status)
        return format_html("{}<br>{}", status, tag(_("to answer"), "answer")) if ticket.buyer_waits_since else status

    @admin.display(description=_("who acts by when"), ordering=F("due_at").asc(nulls_last=True))
    def next_step(self, ticket: Ticket) -> SafeString | str:
        step = pending_action(ticket, timezone.now())
        if step is None or step.due_at is None:
            return step.text if step else "–"
        return format_html(
            '<span class="{}">{}<br><time class="small" datetime="{}">{}</time> <span class="small">{}</span></span>',
            "late-text" if step.late else "",
            step.text,
            step.due_at.isoformat(timespec="seconds"),
            moment(step.due_at),
            step.then,
        )

    def counters(self, request: HttpRequest) -> list[Tile]:
        rows = self.get_queryset(request).select_related(None)
        return tiles(rows, chosen=request.GET.get("stage", ""), overdue=bool(request.GET.get("overdue")))

    def _context(self, request: HttpRequest, row: Ticket) -> Context:
        """With the neighbours in the queue, on the row's page and on the pages of its verbs."""
        position = worklist.queue_position(row)
        result = worklist.neighbours(self._tickets(request), position) if position else None
        return super()._context(request, row) | {
            "walk": result,
            "todo": position.todo if position else "",
            "now": timezone.now(),
        }

    def following(self, request: HttpRequest, row: Ticket) -> Callable[[], str]:
        """“… and next”: the place in the queue is noted before the decision takes the ticket out of it."""
        position = worklist.queue_position(row)
        if position is None or request.POST.get("onward") != "next":
            return super().following(request, row)

        def address() -> str:
            result = worklist.next_in_queue(self._tickets(request), position)
            return self.page_url(result) if result else self.list_url()

        return address

    def _tickets(self, request: HttpRequest) -> "QuerySet[Ticket]":
        """Those that the user may see, without what a list shows of each."""
        return Ticket.objects.filter(self.scope(request))

    def badge(self, row: Ticket) -> str:
        return status_label(row)

    def statuses(self, row: Ticket) -> Words:
        return {status: label_of(row.type, status) for status in Status}


extend(Order, panels=[TICKETS_OF_ORDER], at=1)
extend(Order, verbs=[APPLY])
extend(Shop, verbs=PAUSES)

__all__ = ["TicketAdmin"]
