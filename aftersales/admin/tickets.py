"""The queue of tickets and the page to decide on. Every button is a service of `aftersales.services`."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.files.base import File
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import sees_several_shops
from accounts.admin.columns import TICKETS, ChosenColumns, columns_verb
from accounts.admin.scope import ShopFilter, user_of
from accounts.models import Shop
from kernel.actors import Actor
from logistics.admin.forms import WaybillForm
from orders.models import Order
from web.admin.base import FoldedChoices, Verb
from web.admin.days import Days
from web.admin.extension import extend
from web.admin.history import Words
from web.admin.search import PrefixSearch
from web.context import Context, Tile

from .. import services
from ..conditions import awaits_goods
from ..models import Evidence, Ticket
from ..selectors import worklist
from ..selectors.pending_action import desk_acts
from ..states import Status
from ..wording.event_labels import EVENT_LABELS
from ..wording.labels import label_of, status_label
from .apply import APPLY, PROVE_DELIVERY
from .conversation import CONVERSATION, REPLY
from .files import store
from .filters import AlertFilter, AssigneeFilter, OverdueFilter, StageFilter, TodoFilter, tiles
from .forms import (
    ApproveForm,
    ConvertForm,
    HandOverForm,
    ProofForm,
    ReasonForm,
    ReceiveForm,
    RefuseForm,
    RejectForm,
    ReshipForm,
    ShipBackForm,
)
from .offers import AGREE_ON_DELIVERY, HAND_OVER_GIFT, OFFER, RULE
from .overrides import BREAK_GLASS, ENDORSE, REVIEW_OVERRIDE
from .panels import PANELS, TICKETS_OF_ORDER
from .pause import PAUSES
from .queue import Cells
from .refunds.settlements import RULE_SETTLEMENT
from .ticket_columns import LISTING, LOADS, TEXTS


def refuse_goods(
    ticket: Ticket, *, reason: str, photos: list[File], version: int | None = None, actor: Actor, now: datetime
) -> Ticket:
    evidence = store(photos, ticket.shop, actor=actor, now=now)
    return services.refuse_goods(ticket, reason=reason, evidence=evidence, version=version, actor=actor, now=now)


def prove_arrival(ticket: Ticket, *, photos: list[File], note: str, actor: Actor, now: datetime) -> Ticket:
    evidence = store(photos, ticket.shop, kind=Evidence.Kind.WAYBILL, actor=actor, now=now)
    return services.prove_arrival(ticket, evidence=evidence, note=note, actor=actor, now=now)


def reject(ticket: Ticket, *, photos: Sequence[File] = (), actor: Actor, now: datetime, **typed: Any) -> Ticket:
    evidence = store(list(photos), ticket.shop, actor=actor, now=now)
    return services.reject(ticket, evidence=evidence, actor=actor, now=now, **typed)


def still_waits(ticket: Ticket) -> bool:
    return ticket.status == Status.PENDING_SUPPLEMENT or awaits_goods(ticket)


VERBS = [
    Verb(
        "approve",
        _("Approve"),
        services.approve,
        ApproveForm,
        inline=True,
        key="a",
    ),
    Verb(
        "receive",
        _("Receive goods"),
        services.receive,
        ReceiveForm,
        "",
        inline=True,
        template="admin/aftersales/receive_fields.html",
        asks=lambda ticket: not desk_acts(ticket),
        key="g",
    ),
    Verb(
        "reship",
        _("Send replacement"),
        services.reship,
        ReshipForm,
        _("Uses the reserved stock."),
        inline=True,
        key="s",
    ),
    Verb(
        "prove_arrival",
        _("Prove arrival"),
        prove_arrival,
        ProofForm,
        _(
            "The buyer's time to confirm keeps running. Add a photo of the proof if the courier hasn't reported "
            "delivery."
        ),
        inline=True,
    ),
    Verb("return_goods", _("Send refused goods back"), services.return_goods, WaybillForm, inline=True),
    Verb(
        "ship_back",
        _("Enter return tracking number"),
        services.ship_back,
        ShipBackForm,
        _("On the buyer's behalf. The history shows this."),
    ),
    Verb(
        "convert",
        _("Convert to refund"),
        services.convert,
        ConvertForm,
        _(
            "Turns what can't be fulfilled into a refund and releases reserved stock. If the buyer has the goods and "
            "nobody has approved yet, it goes back to review."
        ),
        inline=True,
        # While the goods or a payment are still to come, giving up the exchange is no step that a page proposes.
        asks=still_waits,
    ),
    Verb(
        "reject",
        _("Reject"),
        reject,
        RejectForm,
        _("The buyer sees your reason and can send a new request for a few days. After that, the ticket is closed."),
        danger=True,
        inline=True,
        key="r",
    ),
    Verb(
        "refuse_goods",
        _("Refuse goods"),
        refuse_goods,
        RefuseForm,
        _("Stops the refund and rejects the ticket. Then send the goods back to the buyer."),
        danger=True,
        inline=True,
        key="f",
    ),
    OFFER,
    HAND_OVER_GIFT,
    AGREE_ON_DELIVERY,
    RULE,
    RULE_SETTLEMENT,
    Verb(
        "reopen",
        _("Reopen"),
        services.reopen,
        ReasonForm,
        _(
            "Returns it to the status before it ended, with new deadlines, if the units, money and stock are still "
            "available."
        ),
    ),
    Verb("take", _("Assign to me"), services.take, panel="work"),
    Verb("hand_over", _("Hand over"), services.hand_over, HandOverForm, inline=True, panel="work"),
    ENDORSE,
    BREAK_GLASS,
    REVIEW_OVERRIDE,
    REPLY,
]


@admin.register(Ticket)
class TicketAdmin(Cells, PrefixSearch, ChosenColumns):
    related = ("shop", "buyer", "order__policy", "reason", "assignee")
    listing, exported, loads = LISTING, TEXTS, LOADS
    list_filter = (
        StageFilter,
        OverdueFilter,
        TodoFilter,
        AssigneeFilter,
        AlertFilter,
        "type",
        ("status", FoldedChoices),
        ShopFilter,
        ("created_at", Days),
        ("ended_at", Days),
    )
    search_fields = (
        "ticket_no__begins_printed",
        "order__order_no__begins_number",
        "buyer__username__startswith",
        "ticket_parcels__parcel__tracking_no__begins_number",
    )
    search_help_text = _("Ticket, order or tracking number (3 characters or more), or buyer, from the start")
    page_template = "admin/aftersales/ticket.html"
    verbs = VERBS
    panels = PANELS
    words = EVENT_LABELS

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        return worklist.order_of(request.GET.get("todo", ""))

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """The shop is shown only to users who work for several."""
        several = sees_several_shops(user_of(request))
        return tuple("conversation_and_shop" if several and c == "conversation" else c for c in self.columns(request))

    def counters(self, request: HttpRequest) -> list[Tile]:
        rows = self.get_queryset(request).select_related(None)
        return tiles(rows, user_of(request).pk, chosen=request.GET.get("todo", ""))

    def _context(self, request: HttpRequest, row: Ticket) -> Context:
        """With the neighbours in the queue, on the row's page and on the pages of its verbs."""
        position = worklist.queue_position(row)
        result = worklist.neighbours(self._tickets(request), position) if position else None
        return super()._context(request, row) | {
            "walk": result,
            "todo": position.todo if position else "",
            "now": timezone.now(),
            "waiting": not desk_acts(row),
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
extend(Order, panels=[CONVERSATION])
extend(Order, verbs=[APPLY, PROVE_DELIVERY, REPLY])
extend(Shop, verbs=[*PAUSES, columns_verb(LISTING, TICKETS)])

__all__ = ["TicketAdmin"]
