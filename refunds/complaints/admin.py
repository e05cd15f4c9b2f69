"""Complaints at the desk: what the channel says, whose turn it is, and one button for what it did with the money."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin.scope import RowAdmin, ShopFilter
from orders.models import Order
from web.admin.base import Panel, TileChoices, Verb, link, status_tag, tiles_of
from web.admin.days import Days
from web.admin.extension import extend
from web.admin.search import PrefixSearch
from web.context import Context, Tile
from web.forms import AmountField, VerbForm
from web.money import format_money

from ..access import may_decide
from ..chargebacks.machine import Status as ChargebackStatus
from ..labels import channel_label
from . import money, wording
from .machine import ACTION_LABELS, Status
from .models import Complaint, late

if TYPE_CHECKING:
    from django.db.models import QuerySet

WHAT = (
    (ChargebackStatus.OPEN.value, _("It holds the money")),
    (ChargebackStatus.LOST.value, _("It has paid the buyer")),
    (ChargebackStatus.WON.value, _("It gave the money back to the shop")),
)


class MoneyForm(VerbForm):
    chargeback_status = forms.ChoiceField(label=_("What the channel did"), choices=WHAT)
    amount = AmountField(label=_("amount"))
    note = forms.CharField(label=_("where the channel says so"), max_length=money.NOTE_LENGTH)

    def prepare(self) -> None:
        possible = money.statuses_for(self.actor)
        self.fields["chargeback_status"].choices = [(value, text) for value, text in WHAT if value in possible]  # type: ignore[attr-defined]
        known, paid = money.chargeback_of(self.row), self.row.payment.captured
        self.fields["amount"].initial = known.amount if known else min(self.row.amount or paid, paid)


class LateFilter(admin.SimpleListFilter):
    title, parameter_name, template = _("overdue"), "late", "admin/drawn_as_tiles.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("the channel's time is over"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Complaint]") -> "QuerySet[Complaint]":
        return queryset.filter(late(timezone.now())) if self.value() else queryset


def next_step(row: Complaint, request: HttpRequest) -> Context:
    return {"text": wording.next_step(row, money.chargeback_of(row), now=timezone.now())}


@admin.register(Complaint)
class ComplaintAdmin(PrefixSearch, RowAdmin):
    related = ("payment__order__shop", "payment__order__buyer")
    list_display = (
        "complaint_no", "order_no", "channel_text", "reason_text", "amount_text", "state", "due", "opened_at",
    )  # fmt: skip
    list_filter = (("status", TileChoices), LateFilter, ShopFilter, ("opened_at", Days))
    search_fields = ("complaint_no__startswith", "payment__order__order_no__begins_number")
    search_help_text = _("Complaint or order number (3 characters or more, from the start)")
    ordering = ("-opened_at", "-id")
    facts = (
        (_("Complaint"), ("order", "channel_text", "transaction_no", "reason_text", "text", "amount_text")),
        (_("Progress"), ("opened_at", "answer_by", "solve_by", "channel_status", "chargeback", "closed_at")),
    )
    verbs = [
        Verb(
            "report_money",
            _("What the channel did with the money"),
            money.report_money,
            MoneyForm,
            _(
                "Only what you read in the channel's merchant platform. While it holds the money, refunds of this"
                " payment wait; what it has paid the buyer, which platform support says, isn't refunded again."
            ),
            lambda row, actor: may_decide(actor),
        )
    ]
    panels = [Panel(_("Next step"), "admin/next_step.html", next_step)]
    words = ACTION_LABELS

    def parties(self, row: Complaint) -> tuple[int, int]:
        return row.shop_id, row.payment.order.buyer_id

    @admin.display(description=_("status"), ordering="status")
    def state(self, row: Complaint) -> SafeString:
        return status_tag(row)

    @admin.display(description=_("amount asked for"), ordering="amount")
    def amount_text(self, row: Complaint) -> str:
        return "" if row.amount is None else format_money(row.amount, row.payment.order.currency)

    @admin.display(description=_("order no."))
    def order_no(self, row: Complaint) -> str:
        return row.payment.order.order_no

    @admin.display(description=_("order"))
    def order(self, row: Complaint) -> SafeString:
        order = row.payment.order
        return link(reverse("admin:orders_order_change", args=[order.pk]), order.order_no)

    @admin.display(description=_("channel"))
    def channel_text(self, row: Complaint) -> str:
        return channel_label(row.payment.channel)

    @admin.display(description=_("transaction no."))
    def transaction_no(self, row: Complaint) -> str:
        return row.payment.transaction_no

    @admin.display(description=_("category at the channel"))
    def reason_text(self, row: Complaint) -> str:
        return wording.reason_text(row.reason)

    @admin.display(description=_("due"))
    def due(self, row: Complaint) -> Any:
        return None if row.status == Status.CLOSED else wording.due(row)

    @admin.display(description=_("chargeback"))
    def chargeback(self, row: Complaint) -> str | SafeString:
        known = money.chargeback_of(row)
        return link(reverse("admin:refunds_chargeback_change", args=[known.pk]), str(known)) if known else ""

    def counters(self, request: HttpRequest) -> list[Tile]:
        rows, chosen = self.get_queryset(request), request.GET.get("status__exact")
        overdue = rows.select_related(None).order_by().filter(late(timezone.now())).count()
        tile: Tile = {
            "label": _("overdue"), "count": overdue, "url": "?late=1", "selected": request.GET.get("late") == "1",
            "tone": "late" if overdue else "",
        }  # fmt: skip
        return [*tiles_of(rows, Status.choices, chosen, late=Status.OPEN), tile]


def complaints_of(order: Order, request: HttpRequest) -> Context | None:
    rows = list(Complaint.objects.filter(shop_id=order.shop_id, payment__order=order).order_by("pk"))
    return {"complaints": rows, "currency": order.currency} if rows else None


extend(Order, panels=[Panel(_("Complaints to the channel"), "admin/refunds/complaints.html", complaints_of)])
