"""Refunds at the desk: what came back, what failed, and the two ways on from a failure."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin.scope import RowAdmin, ShopFilter
from accounts.models import User
from kernel.actors import Actor
from kernel.calls.clock import wall
from orders.models import Order
from web.admin.base import Panel, TileChoices, Verb, link, status_tag, tiles_of
from web.admin.days import Days
from web.admin.extension import extend
from web.admin.search import PrefixSearch
from web.context import Context, Text, Tile
from web.forms import VerbForm, text_field
from web.money import format_money

from . import services, worklist
from .chargebacks import admin as chargebacks  # noqa: F401  (registers its list)
from .complaints import admin as complaints  # noqa: F401  (the same)
from .labels import CHANNELS, channel_label, error_text, tender_texts
from .machine import Status
from .models import Refund
from .notices import admin as notices  # noqa: F401  (registers its list)
from .payables import admin as payables  # noqa: F401  (registers its list)
from .redirections import admin as redirections
from .redirections.admin import PROPOSED
from .redirections.banks import account_text

if TYPE_CHECKING:
    from django.db.models import QuerySet


class SettleForm(VerbForm):
    proof = forms.CharField(label=_("number of the transfer"), max_length=240)
    note = text_field(_("note"))

    def prepare(self) -> None:
        """The second person confirms what the first one said."""
        if self.row.proposed_by is not None:
            self.fields["proof"].disabled = True
            self.initial["proof"] = self.row.proof


class CallOffForm(VerbForm):
    note = text_field(_("what the payment channel's console shows"), required=True, max_length=240)

    def prepare(self) -> None:
        """Who confirms may add something."""
        if self.row.call_off_proposed_by is not None:
            self.fields["note"].required, self.fields["note"].label = False, _("note")


def may_call_off(refund: Refund, actor: Actor) -> bool:
    return "call-off" in services.allowed_actions(refund, actor, now=timezone.now())


def call_off(refund: Refund, request: HttpRequest) -> Context | None:
    """What can be done about an outcome that stays unknown."""
    text = services.call_off_text(refund, now=timezone.now())
    if not text and not refund.call_off_note:
        return None
    return {
        "text": text,
        "seen": refund.call_off_note,
        "by": refund.call_off_proposed_by and User.objects.filter(pk=refund.call_off_proposed_by).first(),
    }


CALL_OFF = Panel(_("Outcome unknown"), "admin/refunds/call_off.html", call_off)


def settled_text(refund: Refund) -> Text:
    return _("Confirmed. The money counts as paid back.") if refund.status == Status.SUCCEEDED else PROPOSED


def called_off_text(refund: Refund) -> Text:
    if refund.called_off_at is None:
        return PROPOSED
    return _("Called off. It fails once the channel confirms that it doesn't have it.")


def may_retry(refund: Refund, actor: Actor) -> bool:
    return "retry" in services.allowed_actions(refund, actor, now=timezone.now())


def may_settle(refund: Refund, actor: Actor) -> bool:
    return "settle" in services.allowed_actions(refund, actor, now=timezone.now())


class ChannelFilter(admin.SimpleListFilter):
    """The known channels. Django would read those of every payment, of other shops' too."""

    title = _("channel")
    parameter_name = "payment__channel"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, str(label)) for name, label in CHANNELS.items()]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Refund]") -> "QuerySet[Refund]":
        return queryset.filter(payment__channel=self.value()) if self.value() else queryset


class OpenFilter(admin.SimpleListFilter):
    """What is not settled, and why; the desk's home counts the same."""

    title, parameter_name = _("not settled"), "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(worklist.LABELS.items())

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Refund]") -> "QuerySet[Refund]":
        condition = worklist.conditions(wall()).get(self.value() or "")
        return queryset.filter(condition) if condition is not None else queryset


@admin.register(Refund)
class RefundAdmin(PrefixSearch, RowAdmin):
    related = ("payment__order__shop", "payment__order__buyer", "retry_of", "retried_as")
    list_display = ("refund_no", "order_no", "payable", "channel", "state", "created_at")
    list_filter = (
        ("status", TileChoices),
        OpenFilter,
        ChannelFilter,
        ShopFilter,
        ("created_at", Days),
        ("settled_at", Days),
    )
    search_fields = (
        "refund_no__begins_printed",
        "payment__order__order_no__begins_number",
        "payment__transaction_no__begins_number",
    )
    search_help_text = _("Refund, order or transaction number (3 characters or more, from the start)")
    ordering = ("-created_at", "-id")
    facts = (
        (_("Refund"), ("order", "amount", "channel", "transaction_no", "reason", "retry_of")),
        (_("At the channel"), ("gateway_no", "trace_no", "account", "expected_at")),
        (_("Attempts"), ("attempts", "error", "next_attempt_at", "proof", "created_at", "settled_at")),
    )
    verbs = [
        Verb(
            "retry",
            _("Retry refund"),
            services.retry,
            consequence=_(
                "If the outcome is unknown, the same refund number is requested again. After a refusal, a new refund "
                "is sent."
            ),
            may=lambda refund, actor: may_retry(refund, actor) and not refund.may_arrive,
            done=lambda refund: _("Requested. The money counts as paid back once the channel confirms."),
        ),
        Verb(
            "ask_again",
            _("Ask the channel again"),
            services.retry,
            consequence=_("The channel may still pay this refund, so nothing new is sent. It's only asked about it."),
            may=lambda refund, actor: may_retry(refund, actor) and refund.may_arrive,
            done=lambda refund: _("The channel is asked again."),
        ),
        Verb(
            "call_off",
            _("Call off"),
            services.call_off,
            CallOffForm,
            consequence=_(
                "Only for a refund that the payment channel's console doesn't have. It isn't sent any more, and fails "
                "once the channel confirms that it doesn't have it. A second person confirms: a supervisor of platform "
                "support, or someone who has been a manager for 30 days."
            ),
            may=may_call_off,
            danger=True,
            done=called_off_text,
            subject=CALL_OFF,
        ),
        *redirections.VERBS,
    ]
    panels = [CALL_OFF, redirections.PANEL]
    words = {
        "create": _("Reserved"),
        "send": _("Sent to the channel"),
        "settle": _("Money is back"),
        "fail": _("Refused"),
        "propose_settlement": _("Manual settlement proposed"),
        "settle_by_hand": _("Manual settlement confirmed"),
        "propose_call_off": _("Calling off proposed"),
        "call_off": _("Called off; the channel is asked once more"),
        "return_money": _("Sent back by the bank"),
        "settle_late": _("Money is back after all"),
        **redirections.WORDS,
        "void_settlement": _("Manual settlement voided: nothing arrived"),
    }

    def parties(self, row: Refund) -> tuple[int, int]:
        return row.shop_id, row.payment.order.buyer_id

    def currency(self, row: Refund) -> str:
        return row.payment.order.currency

    @admin.display(description=_("status"), ordering="status")
    def state(self, refund: Refund) -> SafeString:
        return status_tag(refund)

    @admin.display(description=_("amount"), ordering="amount")
    def payable(self, refund: Refund) -> str:
        return format_money(refund.amount, self.currency(refund))

    @admin.display(description=_("order no."))
    def order_no(self, refund: Refund) -> str:
        return refund.payment.order.order_no

    @admin.display(description=_("order"))
    def order(self, refund: Refund) -> SafeString:
        order = refund.payment.order
        return link(reverse("admin:orders_order_change", args=[order.pk]), order.order_no)

    @admin.display(description=_("failure reason"))
    def reason(self, refund: Refund) -> str:
        return refund.why_failed

    @admin.display(description=_("last error"))
    def error(self, refund: Refund) -> str:
        return error_text(refund.last_error)

    @admin.display(description=_("receiving account"))
    def account(self, refund: Refund) -> str:
        return account_text(refund.received_account)

    @admin.display(description=_("channel"))
    def channel(self, refund: Refund) -> str:
        return channel_label(refund.payment.channel)

    @admin.display(description=_("transaction no."))
    def transaction_no(self, refund: Refund) -> str:
        return refund.payment.transaction_no

    def counters(self, request: HttpRequest) -> list[Tile]:
        chosen = request.GET.get("status__exact")
        return tiles_of(self.get_queryset(request), Status.choices, chosen, late=Status.FAILED)


def refunds_of(order: Order, request: HttpRequest) -> Context | None:
    rows = Refund.objects.filter(shop_id=order.shop_id, payment__order=order)
    refunds = list(rows.select_related("payment", "retried_as").order_by("id"))
    return panel_of(refunds, order.currency)


def panel_of(refunds: list[Refund], currency: str) -> Context | None:
    """What `admin/refunds/panel.html` needs. `refunds`: with their payments."""
    texts = tender_texts((row.payment.channel, row.received_account, row.payment.transaction_no) for row in refunds)
    for refund, text in zip(refunds, texts, strict=True):
        refund.tender = text  # type: ignore[attr-defined]  # for the template
    return {"refunds": refunds, "currency": currency} if refunds else None


extend(Order, panels=[Panel(_("Refunds"), "admin/refunds/panel.html", refunds_of)])

# Django reads only this module of the app.
from .merchant_accounts import admin as _merchant_accounts  # noqa: E402, F401
