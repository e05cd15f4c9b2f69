"""Notices of channels that were set aside because they do not fit, for platform support: what each says, why a person
has to look, and what became of it."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.access import is_support, support_actor
from accounts.admin.scope import Scoped, user_of
from accounts.models import User
from kernel.actors import Actor
from web.admin.base import EMPTY, ReadOnlyAdmin, Verb, link, tag
from web.admin.days import Days
from web.context import Tile
from web.forms import VerbForm
from web.money import format_money

from ..labels import channel_label
from ..models import ChannelNotice
from . import cases, wording
from .models import NOTE_LENGTH, TO_REVIEW, Flag, State
from .review import review

if TYPE_CHECKING:
    from django.db.models import QuerySet


NUMBERS = ("transaction_no", "gateway_no", "chargeback_no", "complaint_no")
ABOUT = ("refund_text", "case_text", "orders_text")


class ReviewForm(VerbForm):
    note = forms.CharField(label=_("What became of it"), max_length=NOTE_LENGTH)


class ReviewedFilter(admin.SimpleListFilter):
    title, parameter_name, template = pgettext_lazy("state", "reviewed"), "reviewed", "admin/drawn_as_tiles.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("0", _("to review")), ("1", pgettext_lazy("state", "reviewed"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[ChannelNotice]") -> "QuerySet[ChannelNotice]":
        if self.value() == "0":
            return queryset.filter(TO_REVIEW)
        return queryset.filter(reviewed_at__isnull=False) if self.value() == "1" else queryset


class FlagFilter(admin.SimpleListFilter):
    title, parameter_name, template = _("why"), "flag", "admin/filter_folded.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Flag.choices)

    def queryset(self, request: HttpRequest, queryset: "QuerySet[ChannelNotice]") -> "QuerySet[ChannelNotice]":
        return queryset.filter(flag=self.value()) if self.value() else queryset


@admin.register(ChannelNotice)
class ChannelNoticeAdmin(Scoped, ReadOnlyAdmin):
    related = ("refund",)
    list_display = (
        "event_id",
        "received_at",
        "channel_text",
        "account",
        "about",
        "amount_text",
        "flag_text",
        "state_text",
    )
    list_filter = (ReviewedFilter, FlagFilter, ("received_at", Days))
    ordering = ("-id",)
    facts = (
        (_("Notice"), ("event_id", "channel_text", "account", "about", "at", "received_at")),
        (
            _("What it says"),
            ("summary_text", "amount_text", "reason_text", "refund_text", "case_text", "orders_text", *NUMBERS),
        ),
        (_("Why a person has to look"), ("why_text", "state_text", "reviewer", "reviewed_at", "note")),
    )
    verbs = [
        Verb(
            "review",
            _("Reviewed"),
            review,
            ReviewForm,
            _("It leaves the list of what has to be looked at. Nothing is moved."),
            lambda row, actor: row.reviewed_at is None,
            inline=True,
        )
    ]

    def scope(self, request: HttpRequest) -> Q:
        return Q(state=State.FLAGGED) if is_support(user_of(request)) else Q(pk__in=[])

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_support(user_of(request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_support(user_of(request))

    def actor(self, request: HttpRequest, row: ChannelNotice) -> Actor | None:
        user = user_of(request)
        return support_actor(user) if is_support(user) else None

    def badge(self, row: ChannelNotice) -> str:
        return str(pgettext_lazy("state", "reviewed") if row.reviewed_at else _("to review"))

    @admin.display(description=_("channel"), ordering="channel")
    def channel_text(self, row: ChannelNotice) -> str:
        return channel_label(row.channel)

    @admin.display(description=_("about"))
    def about(self, row: ChannelNotice) -> str:
        return str(wording.KINDS[row.kind])

    @admin.display(description=_("amount"))
    def amount_text(self, row: ChannelNotice) -> str:
        return EMPTY if row.amount is None else format_money(row.amount, row.currency or "CNY")

    @admin.display(description=_("why"))
    def flag_text(self, row: ChannelNotice) -> str:
        return str(Flag(row.flag).label)

    @admin.display(description=_("status"), ordering="reviewed_at")
    def state_text(self, row: ChannelNotice) -> SafeString:
        return tag(self.badge(row), "good" if row.reviewed_at else "bad")

    @admin.display(description=_("it says"))
    def summary_text(self, row: ChannelNotice) -> str:
        return wording.summary(row) or EMPTY

    @admin.display(description=_("the channel's words"))
    def reason_text(self, row: ChannelNotice) -> str:
        return wording.reason(row) or EMPTY

    @admin.display(description=_("why"))
    def why_text(self, row: ChannelNotice) -> str:
        return cases.why(row, cases.recorded(row))

    @admin.display(description=_("chargeback"))
    def case_text(self, row: ChannelNotice) -> str | SafeString:
        links = [
            link(
                reverse("admin:refunds_chargeback_change", args=[each.pk]),
                f"{each.chargeback_no} · {format_money(each.amount, each.payment.order.currency)}",
            )
            for each in cases.recorded(row)
        ]
        return _one_a_line(links)

    @admin.display(description=_("order and payment"))
    def orders_text(self, row: ChannelNotice) -> str | SafeString:
        links = [
            link(
                reverse("admin:orders_order_change", args=[each.order_id]),
                f"{each.order.order_no} · {format_money(each.captured, each.order.currency)}",
            )
            for each in cases.paid(row)
        ]
        return _one_a_line(links)

    @admin.display(description=_("refund"))
    def refund_text(self, row: ChannelNotice) -> str | SafeString:
        if row.refund is None:
            return row.refund_no or EMPTY
        return link(reverse("admin:refunds_refund_change", args=[row.refund.pk]), row.refund.refund_no)

    @admin.display(description=_("reviewed by"))
    def reviewer(self, row: ChannelNotice) -> str:
        person = User.objects.filter(pk=row.reviewed_by).first() if row.reviewed_by else None
        return person.display_name if person else EMPTY

    def counters(self, request: HttpRequest) -> list[Tile]:
        waiting = self.get_queryset(request).select_related(None).order_by().filter(TO_REVIEW).count()
        chosen = request.GET.get("reviewed") == "0"
        tone = "late" if waiting else ""
        return [{"label": _("to review"), "count": waiting, "url": "?reviewed=0", "selected": chosen, "tone": tone}]


def _one_a_line(links: list[SafeString]) -> str | SafeString:
    return format_html_join(mark_safe("<br>"), "{}", ((each,) for each in links)) or EMPTY
