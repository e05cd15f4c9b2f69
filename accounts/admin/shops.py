"""Shops, members, FAQ and, for the administrator, users."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.actors import Actor
from kernel.errors import Forbidden
from web.admin.base import ReadOnlyAdmin, Verb

from .. import people, services
from ..access import support_actor
from ..models import Faq, Holiday, Membership, Policy, Role, Shop, User
from ..shop_settings import payment_page, second_approval
from .forms import (
    AddUserForm,
    AdviceForm,
    ContactForm,
    MembershipForm,
    PolicyForm,
    SecondApprovalForm,
    SetPasswordForm,
    UserForm,
)
from .payment_form import PaymentPageForm
from .scope import Scoped, ShopFilter, ShopOwned, keeper_of, user_of


def keeps_shop(shop: Shop, actor: Actor) -> bool:
    try:
        services.only_manager(actor)
    except Forbidden:
        return False
    return True


def policy_fact(name: str) -> Any:
    """One number of the shop's policy as a column of the shop's page."""
    field: Any = Policy._meta.get_field(name)

    @admin.display(description=field.verbose_name)
    def fact(self: Any, shop: Shop) -> Any:
        value = getattr(shop.policy, name)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return getattr(shop.policy, f"get_{name}_display")() if field.choices else value

    return fact


@admin.register(Shop)
class ShopAdmin(Scoped, ReadOnlyAdmin):
    shop_path = "pk"
    related = ("policy",)
    list_display = ("__str__", "code", "contact_name", "contact_phone", "hotline")
    search_fields = ("name", "name_en", "code")
    fields = ("code", "name", "name_en", "currency", "contact_name", "contact_phone", "contact_address", "hotline")
    facts = (
        (_("Contact"), fields),
        (_("Holiday pause"), ("pause_starts_at", "pause_ends_at")),
        (_("Policy version for new orders"), ("policy", *(f"policy_{name}" for name in services.POLICY))),
    )
    verbs = [
        Verb(
            "contact",
            _("Edit contact details"),
            services.revise_contact,
            ContactForm,
            _("Buyers see this right away."),
            keeps_shop,
        ),
        Verb(
            "advice",
            _("Edit advice to buyers"),
            services.revise_advice,
            AdviceForm,
            _("Buyers see this right away when they choose that reason or have a parcel on its way."),
            keeps_shop,
        ),
        Verb(
            "payment_page",
            _("Set payment page"),
            payment_page.set_payment_page,
            PaymentPageForm,
            _("Buyers who owe a difference, or have not paid their order, are sent there."),
            keeps_shop,
        ),
        Verb(
            "second_approval",
            _("Set second approval"),
            second_approval.require_second_approval,
            SecondApprovalForm,
            _("Above this amount on an order, nobody decides alone. A higher amount counts after 24 hours."),
            keeps_shop,
        ),
        Verb(
            "policy",
            _("Change policy"),
            services.revise_policy,
            PolicyForm,
            _("Saving creates a new version. Existing orders keep the version they were placed under."),
            keeps_shop,
        ),
    ]

    def currency(self, row: Shop) -> str:
        return row.currency

    def actor(self, request: HttpRequest, row: Shop) -> Actor | None:
        return keeper_of(request, row.pk)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return user_of(request).is_superuser

    def save_model(self, request: HttpRequest, obj: Shop, form: ModelForm, change: bool) -> None:
        services.open_shop(obj)


for _name in services.POLICY:
    setattr(ShopAdmin, f"policy_{_name}", policy_fact(_name))


@admin.register(Membership)
class MembershipAdmin(ShopOwned):
    form = MembershipForm
    help_texts = {
        "role": _(
            "Managers run the shop, agents handle tickets, and integrations are programs that don't use the desk."
        ),
        "review_limit": _(
            "The most this agent can give away per order, in money and goods. Empty means nothing; managers have no "
            "limit. It's in the shop's currency: on orders in other currencies, agents can't give anything away."
        ),
        "daily_limit": _(
            "The most this person can give away per day, in money and goods, on all orders. Empty means no daily limit."
            " Decisions of that day count until midnight, also those that are carried out later."
        ),
        "level": _(
            "“Simple cases only” is for pre-sales agents: they can refund unshipped goods up to their review limit, "
            "and write remarks and messages. They hand over everything else. Choose “all cases” for everyone else."
        ),
    }
    related = ("shop", "user")
    list_display = ("user", "full_name", "shop", "role", "level", "review_limit", "daily_limit", "state")
    list_filter = (ShopFilter, "role", ("accepted_at", admin.EmptyFieldListFilter))
    search_fields = ("user__username__startswith",)

    @admin.display(description=_("full name"))
    def full_name(self, member: Membership) -> str:
        return member.user.get_full_name()

    @admin.display(description=_("state"), ordering="accepted_at")
    def state(self, member: Membership) -> str:
        """An invitation gives no right until the person accepts it on their account page."""
        return member.state_label

    readonly_fields = ("state",)

    def get_fields(self, request: HttpRequest, obj: Membership | None = None) -> tuple[str, ...]:
        rights = ("role", "level", "review_limit", "daily_limit")
        return ("state", *rights) if obj else ("shop", "username", *rights)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.actor_of = staticmethod(lambda shop_id: keeper_of(request, shop_id))
        return form

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A manager of the shop, but never on one's own entry."""
        may = super().has_change_permission(request, obj)
        return may and (obj is None or obj.user_id != request.user.pk)

    def save_model(self, request: HttpRequest, obj: Membership, form: ModelForm, change: bool) -> None:
        actor = keeper_of(request, obj.shop_id)
        member = services.set_member(
            obj.shop,
            obj.user,
            role=obj.role,
            review_limit=obj.review_limit,
            daily_limit=obj.daily_limit,
            level=obj.level,
            actor=actor,
            now=timezone.now(),
        )
        obj.pk = member.pk

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None or not self.has_change_permission(request, obj):
            return False
        return obj.role != Role.MANAGER or not services.is_last_manager(obj.shop, obj.user)

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        actor = keeper_of(request, obj.shop_id)
        services.remove_member(obj, actor=actor, now=timezone.now())


@admin.register(Faq)
class FaqAdmin(ShopOwned):
    list_display = ("__str__", "shop", "position")
    list_filter = (ShopFilter,)
    search_fields = ("question", "question_en", "answer", "answer_en")
    fields = ("shop", "question", "answer", "question_en", "answer_en", "position")
    help_texts = {
        "question": _("Write it the way a buyer would ask."),
        "answer": _("Explain what to do in two or three sentences. Line breaks are kept."),
        "question_en": _("Buyers who read English see this. Leave it empty to show the question above."),
        "answer_en": _("Leave it empty to show the answer above."),
        "position": _("Lower numbers come first."),
    }


@admin.register(Holiday)
class HolidayAdmin(ShopOwned):
    """Those for all shops are a supervisor's or the administrator's; a manager adds the shop's own."""

    shared = True
    list_display = ("__str__", "first", "last", "shop")
    list_filter = (ShopFilter,)
    fields = ("shop", "name_zh", "name_en", "first", "last")
    help_texts = {
        "first": _("You can pick it when announcing a pause, until it begins. Announced pauses don't change."),
        "last": _("Includes this day."),
    }


class Administrators(admin.ModelAdmin):
    """Stock permissions: only the administrator has any. Nobody else learns which rows there are."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return user_of(request).is_superuser

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        if not user_of(request).is_superuser:
            raise PermissionDenied
        return super().get_object(request, object_id, from_field)


@admin.register(User)
class UserAdmin(Administrators, StockUserAdmin):
    form, add_form, change_password_form = UserForm, AddUserForm, SetPasswordForm
    change_list_template = "admin/desk_list.html"
    change_form_template = "admin/desk_form.html"
    actions = None
    list_display = ("username", "full_name", "support_role", "is_superuser", "is_active", "last_login")
    list_filter = ("support_role", "is_superuser", "is_active")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email", "phone")}),
        (_("Rights"), {"fields": ("is_active", "support_role", "is_superuser")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        active = obj.is_active
        if change and "is_active" in form.changed_data:
            obj.is_active = not active  # switched by the service, which gives free what the person worked on
        super().save_model(request, obj, form, change)
        if obj.is_active != active:
            actor = support_actor(user_of(request))
            people.set_active(obj, active=active, actor=actor, now=timezone.now())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Orders and histories name people; who leaves is switched off."""
        return False

    @admin.display(description=_("full name"))
    def full_name(self, user: User) -> str:
        return user.get_full_name()
