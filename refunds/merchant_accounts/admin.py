"""A shop's accounts at payment channels, for those who manage it: added from the shop, checked and changed here."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import ADMINISTRATOR
from accounts.admin.scope import ShopFilter, ShopOwned, keeper_of, managed_shops, user_of
from accounts.models import Shop
from kernel.actors import Actor
from web.actions import attempt
from web.admin.base import ReadOnlyAdmin, Verb, moment
from web.admin.extension import extend
from web.forms import VerbForm

from .. import channel_settings, services
from ..gateways.wording import LABELS
from ..labels import company
from ..models import MerchantAccount
from .forms import ReviseForm, add_form

if TYPE_CHECKING:
    from django.db.models import QuerySet

CHECK = "check"


def keeps(row: Any, actor: Actor) -> bool:
    return actor.is_manager or actor.role == ADMINISTRATOR


def has_secrets(row: MerchantAccount, actor: Actor) -> bool:
    return keeps(row, actor) and bool(row.secrets_set)


@admin.register(MerchantAccount)
class MerchantAccountAdmin(ShopOwned, ReadOnlyAdmin):
    list_display = ("__str__", "shop", "active")
    list_filter = (ShopFilter, "active")
    facts = ((_("Merchant account"), ("shop", "at", "account", "address", "active", "transfers", "set")),)
    verbs = [
        Verb(
            "revise",
            _("Change account"),
            services.revise_account,
            ReviseForm,
            _("Refunds that are on their way are asked for with the new keys too."),
            keeps,
        ),
        Verb(
            CHECK,
            _("Check"),
            services.check_account,
            consequence=_("Asks the channel for a refund that can't exist. No money is moved."),
            may=has_secrets,
        ),
        Verb(
            "use",
            _("Use this account"),
            services.use_account,
            consequence=_(
                "Payments from now on go back through it. Those made before go back through the account that took them."
            ),
            may=lambda row, actor: keeps(row, actor) and not row.active,
        ),
        Verb(
            "retire",
            _("Take out of use"),
            services.retire_account,
            consequence=_("Payments from now on don't go back through it. Those that it has taken still do."),
            may=lambda row, actor: keeps(row, actor) and row.active,
            danger=True,
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[MerchantAccount]":
        """Nobody else even reads the numbers."""
        return super().get_queryset(request).filter(shop__in=managed_shops(user_of(request))).defer("secrets")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False  # its place is the page of the shop's settings

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def actor(self, request: HttpRequest, row: MerchantAccount) -> Actor | None:
        return keeper_of(request, row.shop_id)

    @admin.display(description=_("channel"))
    def at(self, row: MerchantAccount) -> str:
        return company(row.channel)

    @admin.display(description=_("address of the channel"))
    def address(self, row: MerchantAccount) -> str:
        """That of the installation where it has none of its own."""
        return row.url or channel_settings.addresses_of(row.channel, settings)[0]

    @admin.display(description=_("secrets"))
    def set(self, row: MerchantAccount) -> str:
        return set_text(row)

    def _carry_out(self, request: HttpRequest, row: Any, verb: Verb, actor: Actor) -> HttpResponse:
        if verb.name != CHECK:
            return super()._carry_out(request, row, verb, actor)
        outcome = attempt(services.check_account, row, actor=actor, now=timezone.now())
        if outcome.refusal is None:
            messages.success(request, str(outcome.result))
        elif outcome.status == 409:
            messages.error(request, outcome.refusal.message)
        else:
            return self._refused(request, row, verb, VerbForm(request.POST, row=row, actor=actor), outcome.status)
        return HttpResponseRedirect(self.came_from(request) or self.page_url(row))


def set_text(row: MerchantAccount) -> str:
    """ "Secret key: 2026-03-02 10:00; …": all that is ever said of them."""
    parts = [f"{LABELS.get(name, name)} {moment(datetime.fromisoformat(at))}" for name, at in row.secrets_set.items()]
    return " · ".join(parts)


def _adding(channel: str) -> Verb:
    def add(shop: Shop, *, actor: Actor, now: datetime, **values: Any) -> MerchantAccount:
        return services.add_account(shop, channel=channel, actor=actor, now=now, **values)

    label = {
        "alipay": _("Add Alipay account"),
        "stripe": _("Add Stripe account"),
        "wechatpay": _("Add WeChat Pay account"),
    }[channel]
    text = _("Payments that it takes go back through it. The account in use now stays for those that it has taken.")
    return Verb(f"add_{channel}", label, add, add_form(channel), text, keeps)


extend(Shop, verbs=[_adding(channel) for channel in channel_settings.REQUIRED])
