"""Payables at the desk: what waits for approval, what waits to be paid, and by whom not."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin.scope import RowAdmin, ShopFilter
from accounts.models import User
from accounts.second_person import whom_to_ask
from kernel.actors import Actor
from kernel.calls import clock
from web.admin.base import Panel, TileChoices, Verb, link, status_tag, tiles_of
from web.admin.days import Days
from web.admin.search import PrefixSearch
from web.context import Context, Tile
from web.forms import VerbForm, text_field
from web.money import format_money

from ..access import may_decide
from ..labels import channel_label
from ..models import Payable
from ..transfers.routes import is_answered, payouts, routes
from ..transfers.wording import for_the_shop
from . import pay_out, services
from .machine import UNPAID, Kind, Payee, Status

if TYPE_CHECKING:
    from django.db.models import QuerySet


class PayForm(VerbForm):
    proof = forms.CharField(label=_("number of the transfer"), max_length=240)
    note = text_field(_("note"))

    @property
    def consequence(self) -> str:
        facts = {
            "amount": format_money(self.row.amount, self.row.order.currency),
            "buyer": self.row.order.buyer.display_name,
            "order": self.row.order.order_no,
        }
        if self.row.payee == Payee.SHOP:
            return _("The courier has paid %(amount)s to the shop for order %(order)s.") % facts
        return (
            _(
                "You have paid %(amount)s to %(buyer)s, the buyer of order %(order)s, outside this system. They see "
                "the date and the proof."
            )
            % facts
        )


class CallOffForm(VerbForm):
    """The first of two people has to say something; who calls off what the channel answers for need not."""

    note = text_field(_("note"))

    row: Payable

    @property
    def consequence(self) -> str:
        if self.row.call_off_proposed_by is not None:
            note = _proposal(self.row)
            return _(
                "%(name)s has looked in the payment channel's console: “%(note)s” If you confirm, the payable can be "
                "paid anew. If the transfer did arrive, the buyer would be paid twice."
            ) % {"name": note[0], "note": note[1]}
        payout = payouts([self.row], choose=False)[self.row.pk]
        if payout.transfer is not None and not is_answered(payout.transfer, clock.wall()):
            return _(
                "It may have left, and the payment channel doesn't answer for its number any more. Say what the "
                "channel's console shows for %(number)s; a second person confirms."
            ) % {"number": payout.transfer.transfer_no}
        return str(_("It isn't sent any more. If it had left before, the channel has the last word."))


class CancelForm(VerbForm):
    note = forms.CharField(label=_("why it isn't owed"), max_length=1000)


class TransferForm(VerbForm):
    """Nothing to fill in: whom it goes to is the channel's to say."""

    row: Payable

    @property
    def consequence(self) -> str:
        route = routes([self.row]).get(self.row.pk)
        if route is None:
            return ""
        return _(
            "%(channel)s pays %(amount)s to the account that paid %(number)s, which is the payment of %(buyer)s for"
            " order %(order)s. The buyer sees it as paid once %(channel)s says that it arrived."
        ) % {
            "channel": channel_label(route.payment.channel),
            "amount": format_money(self.row.amount, self.row.order.currency),
            "number": route.payment.transaction_no,
            "buyer": self.row.order.buyer.display_name,
            "order": self.row.order.order_no,
        }


def may(name: str) -> Any:
    def possible(payable: Payable, actor: Actor) -> bool:
        if not may_decide(actor):
            return False
        payout = payouts([payable])[payable.pk]
        payer = payable.pk in services.payable_by(actor.user_id, [payable], now=timezone.now())
        allowed = services.allowed_actions(
            payable, actor, payer=payer, transferable=bool(payout.channel), stoppable=payout.stoppable
        )
        return name in allowed

    return possible


_NEXT = {
    Status.PENDING.value: _("A manager or platform support approves it; someone else then pays it, by %(by)s."),
    Status.APPROVED.value: _("%(approved)s has approved it. Someone else has to pay it by %(by)s. %(whom)s"),
    Status.PAYING.value: _(
        "It is under way through the channel, and counts as paid once the channel says that it arrived."
    ),
}


def next_step(payable: Payable, request: HttpRequest) -> Context | None:
    """Whose turn it is; None: nobody's."""
    approved = User.objects.filter(pk=payable.approved_by or 0).first()
    facts = {
        "approved": approved.display_name if approved else "",
        "whom": whom_to_ask(payable.shop_id, payable.approved_by, now=timezone.now()) if approved else "",
        "by": date_format(timezone.localtime(payable.due_at), "DATE_FORMAT"),
    }
    if payable.call_off_proposed_by is not None:
        whom = whom_to_ask(payable.shop_id, payable.call_off_proposed_by, now=timezone.now())
        name, note = _proposal(payable)
        facts = {"name": name, "note": note, "whom": whom}
        return {"text": _("%(name)s has looked for the transfer and says: “%(note)s” %(whom)s") % facts}
    text = _NEXT.get(payable.status)
    return {"text": text % facts} if text else None


def called_off_text(payable: Payable) -> str:
    payout = payouts([payable], choose=False)[payable.pk]
    if payable.call_off_proposed_by is not None and payout.transfer and payout.transfer.checked_at is None:
        whom = whom_to_ask(payable.shop_id, payable.call_off_proposed_by, now=timezone.now())
        return _("Noted. A second person has to confirm it.") + f" {whom}"
    return str(_("It isn't sent any more. The channel has the last word on whether it had left."))


def _proposal(payable: Payable) -> tuple[str, str]:
    """Who looked in the channel's console, and what they say of it."""
    first = User.objects.filter(pk=payable.call_off_proposed_by or 0).first()
    last = payable.history().filter(action="propose_call_off").last()
    return first.display_name if first else "", last.note if last else ""


class LateFilter(admin.SimpleListFilter):
    title, parameter_name = _("overdue"), "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("should have been paid"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Payable]") -> "QuerySet[Payable]":
        return queryset.filter(status__in=UNPAID, due_at__lt=timezone.now()) if self.value() else queryset


@admin.register(Payable)
class PayableAdmin(PrefixSearch, RowAdmin):
    related = ("order__shop", "order__buyer")
    list_display = ("payable_no", "order_no", "kind", "payee", "amount_text", "state", "due_at")
    list_filter = (("status", TileChoices), "kind", LateFilter, ShopFilter, ("created_at", Days), ("paid_at", Days))
    search_fields = ("payable_no__begins_printed", "order__order_no__begins_number")
    search_help_text = _("Payable or order number (3 characters or more, from the start)")
    ordering = ("-created_at", "-id")
    facts = (
        (_("Payable"), ("order_link", "buyer", "kind", "payee", "amount_text", "ground_text")),
        (_("Payment"), ("due_at", "proof", "created_at", "approved_at", "through_channel", "paid_on")),
    )
    verbs = [
        Verb(
            "transfer",
            _("Pay through the channel"),
            pay_out.transfer,
            TransferForm,
            consequence=_("The buyer sees it as paid once the channel says that it arrived."),
            may=may("transfer"),
            done=lambda payable: _("Chosen. It counts as paid once the channel confirms."),
        ),
        Verb(
            "call_off_transfer",
            _("Call off the transfer"),
            pay_out.call_off_transfer,
            CallOffForm,
            may=may("call-off-transfer"),
            done=called_off_text,
            danger=True,
        ),
        Verb(
            "cancel",
            _("Cancel"),
            services.cancel,
            CancelForm,
            consequence=_("It isn't owed any more."),
            may=may("cancel"),
            danger=True,
        ),
    ]
    panels = [Panel(_("Next step"), "admin/next_step.html", next_step)]
    words = {
        "create": _("Owed"),
        "approve": _("Approved"),
        "pay": _("Paid"),
        "cancel": _("Cancelled"),
        "transfer": _("Sent through the channel"),
        "propose_call_off": _("Proposed to call the transfer off"),
        "call_off_transfer": _("Transfer called off"),
        "void_settlement": _("Payment void: nothing arrived"),
        "transfer_arrived": _("Transfer arrived"),
        "transfer_failed": _("Transfer didn't arrive"),
    }

    def parties(self, row: Payable) -> tuple[int, int]:
        return row.shop_id, row.order.buyer_id

    @admin.display(description=_("status"), ordering="status")
    def state(self, row: Payable) -> SafeString:
        return status_tag(row)

    @admin.display(description=_("amount"), ordering="amount")
    def amount_text(self, row: Payable) -> str:
        return format_money(row.amount, row.order.currency)

    @admin.display(description=_("Paid at"))
    def paid_on(self, row: Payable) -> datetime | None:
        return row.paid_at

    @admin.display(description=_("through the channel"))
    def through_channel(self, row: Payable) -> str:
        transfer = payouts([row], choose=False)[row.pk].transfer
        return for_the_shop(transfer) if transfer else ""

    @admin.display(description=_("buyer"))
    def buyer(self, row: Payable) -> str:
        return row.order.buyer.display_name

    @admin.display(description=_("ground"))
    def ground_text(self, row: Payable) -> str:
        if row.kind == Kind.RETURN_FREIGHT and not row.ground:
            return str(_("The shop has the goods and pays for the way back, as the rule says."))
        if row.kind == Kind.COURIER_CLAIM and row.key.startswith("parcel:"):
            text = _("The courier lost parcel %(number)s, and the shop has refunded what was in it.")
            return str(text % {"number": row.ground})
        return row.ground

    @admin.display(description=_("order no."))
    def order_no(self, row: Payable) -> str:
        return row.order.order_no

    @admin.display(description=_("order"))
    def order_link(self, row: Payable) -> SafeString:
        return link(reverse("admin:orders_order_change", args=[row.order_id]), row.order.order_no)

    def counters(self, request: HttpRequest) -> list[Tile]:
        chosen = request.GET.get("status__exact")
        return tiles_of(self.get_queryset(request), Status.choices, chosen, late=Status.PENDING)
