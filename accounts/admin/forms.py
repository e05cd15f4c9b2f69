"""Forms of the shop's own pages. They parse; `accounts.services` decides."""

from typing import Any

from django import forms
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    AdminUserCreationForm,
    ReadOnlyPasswordHashField,
    ReadOnlyPasswordHashWidget,
    UserChangeForm,
)
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from kernel.errors import DomainError
from kernel.languages import enumerated, paragraph
from web.context import Context
from web.forms import Arguments, VerbForm, amount_field

from .. import advice, services
from ..models import Membership, Policy, Shop, User
from ..policy import BOUNDS, Bounds


class ContactForm(VerbForm):
    def prepare(self) -> None:
        fields = forms.fields_for_model(Shop, services.CONTACT)
        self.fields.update({name: field for name, field in fields.items() if field is not None})
        self.initial.update({name: getattr(self.row, name) for name in services.CONTACT})


class AdviceForm(VerbForm):
    def prepare(self) -> None:
        for name, field in forms.fields_for_model(Shop, advice.COLUMNS).items():
            if field is not None:
                subject, language = name.rsplit("_", 1)
                with override({"zh": "zh-hans"}.get(language, language)):
                    tag, usual = get_language() or "", advice.usual(subject)  # type: ignore[arg-type]
                # The text is in the language of its field, whatever the page's is: a screen reader has to know.
                text = format_html('<span lang="{}">{}</span>', tag, usual)
                field.help_text = format_html(_("Leave empty to show: {}"), text)
                self.fields[name] = field
                self.initial[name] = getattr(self.row, name)


class PolicyForm(VerbForm):
    HELP_TEXTS = {
        "exchange_only_in_stock": gettext_lazy(
            "Otherwise, buyers can also request an exchange for something that's out of stock."
        ),
        "exchange_lock_stock": gettext_lazy("Units in stock are reserved as soon as an exchange is requested."),
        "exchange_deduct_offline": gettext_lazy(
            "If nothing was reserved, stock is reduced when the replacement is sent."
        ),
        "return_freight_standard": gettext_lazy(
            "In the shop's currency, when the shop pays for the return. If empty, or for orders in another currency, "
            "you reimburse what the buyer paid."
        ),
        "receive_after_delivery_hours": gettext_lazy(
            "After that, the goods count as received and a return is refunded."
        ),
        "consent": gettext_lazy("With a note, the buyer is notified and can object within 7 days. Never down to zero."),
        "promotion_refund": gettext_lazy(
            "Only recalculated when the reason is the buyer's, never when the shop or courier is at fault."
        ),
        "free_shipping_deducted": gettext_lazy(
            "Only when the reason is the buyer's and what they keep no longer reaches the threshold."
        ),
        "coupon_days": gettext_lazy("Coupons that haven't expired are returned as they were."),
        "review_hours": gettext_lazy(
            "After that, requests are approved automatically, if there's a return address where one is needed."
        ),
    }

    def prepare(self) -> None:
        fields = forms.fields_for_model(Policy, services.POLICY)
        self.fields.update({name: field for name, field in fields.items() if field is not None})
        self.initial.update({name: getattr(self.row.policy, name) for name in services.POLICY})
        for name, text in self.HELP_TEXTS.items():
            self.fields[name].help_text = text
        for name, bounds in BOUNDS.items():
            self._bound(self.fields[name], bounds)

    @staticmethod
    def _bound(field: forms.Field, bounds: Bounds) -> None:
        text = _("From %(floor)d to %(ceiling)d.") % {"floor": bounds.floor, "ceiling": bounds.ceiling}
        field.help_text = paragraph(text, field.help_text)
        field.widget.attrs |= {"min": bounds.floor, "max": bounds.ceiling}

    def arguments(self) -> Arguments:
        return {"values": dict(self.cleaned_data)}


class SecondApprovalForm(VerbForm):
    above = amount_field(
        gettext_lazy("two people above"),
        help_text=gettext_lazy(
            "In the shop's currency, in money and goods of one order. The second person is a manager of at least 30"
            " days or a supervisor of platform support. Empty: one person decides."
        ),
    )

    def prepare(self) -> None:
        self.initial["above"] = self.row.second_approval_above


class PasswordShown(ReadOnlyPasswordHashWidget):
    """Django draws a <div disabled> here, which is not HTML."""

    def get_context(self, name: str, value: Any, attrs: Context | None) -> Context:
        return super().get_context(name, value, {k: v for k, v in (attrs or {}).items() if k != "disabled"})


class UserForm(UserChangeForm):
    password = ReadOnlyPasswordHashField(label=gettext_lazy("password"), widget=PasswordShown)

    def clean(self) -> Arguments:
        data = super().clean() or self.cleaned_data
        if data.get("support_role") or data.get("is_superuser"):
            shops = services.shops_of_member(self.instance)
            if shops:
                raise forms.ValidationError(
                    _("Support staff and administrators can't be members of a shop. First end this membership: %s.")
                    % enumerated(shops)
                )
        return data


class AddUserForm(AdminUserCreationForm):
    """Django's help speaks of LDAP, in one language."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["usable_password"].help_text = _("Without a password, they can't log in until you set one.")


class SetPasswordForm(AdminPasswordChangeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "usable_password" in self.fields:
            self.fields["usable_password"].help_text = _(
                "If you disable it, they can't log in until you set a new one."
            )


class MembershipForm(forms.ModelForm):
    """The user is typed, not chosen: a list of all users would show every shop's buyers to every manager."""

    username = forms.CharField(max_length=150, label="", help_text="")

    class Meta:
        model = Membership
        fields = ("shop", "role", "level", "review_limit", "daily_limit")

    actor_of: Any = None  # set by the admin: shop id → actor

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Who may only read it has a page without fields.
        if "level" in self.fields:
            self.fields["level"].required = False  # not named: as it is, and full for somebody new
        self.fields["username"].label = _("user name")
        self.fields["username"].help_text = _("The name they log in with.")
        if self.instance.pk:
            del self.fields["username"]
            self.fields.pop("shop", None)

    def clean_username(self) -> User:
        user = User.objects.filter(username=self.cleaned_data["username"], is_active=True).first()
        if user is None:
            raise forms.ValidationError(_("There's no user with this name."))
        return user

    def clean(self) -> Arguments:
        data = super().clean() or self.cleaned_data
        shop = self.instance.shop if self.instance.pk else data.get("shop")
        user = self.instance.user if self.instance.pk else data.get("username")
        if shop is None or user is None or "role" not in data:
            return data
        if not self.instance.pk and Membership.objects.filter(shop=shop, user=user).exists():
            raise forms.ValidationError(_("This user is already a member. Edit that entry instead."))
        self.instance.shop, self.instance.user = shop, user
        try:
            services.may_set_member(shop, user, role=data["role"], actor=type(self).actor_of(shop.pk))
            amounts = {name: data.get(name) for name in ("review_limit", "daily_limit")}
            services.check_whole(shop, **amounts)
        except DomainError as refusal:
            raise forms.ValidationError(refusal.message) from refusal
        return data
