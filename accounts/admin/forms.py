"""Forms of the shop's own pages. They parse; `accounts.services` decides."""

from typing import Any

from django import forms
from django.contrib.auth.forms import ReadOnlyPasswordHashField, ReadOnlyPasswordHashWidget, UserChangeForm
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.errors import DomainError
from web.context import Context
from web.forms import Arguments, VerbForm

from .. import services
from ..models import Membership, Policy, Shop, User


class ContactForm(VerbForm):
    def prepare(self) -> None:
        fields = forms.fields_for_model(Shop, services.CONTACT)
        self.fields.update({name: field for name, field in fields.items() if field is not None})
        self.initial.update({name: getattr(self.row, name) for name in services.CONTACT})


class PolicyForm(VerbForm):
    HELP_TEXTS = {
        "exchange_only_in_stock": gettext_lazy("Otherwise an exchange may also be asked for when the shelf is empty."),
        "exchange_lock_stock": gettext_lazy("The units are promised to the exchange from the application on."),
        "exchange_deduct_offline": gettext_lazy(
            "Where nothing was reserved, the shelf is counted down as the replacement leaves."
        ),
        "return_freight_standard": gettext_lazy("Where the shop bears the way back. Empty: what the buyer paid."),
        "receive_after_delivery_hours": gettext_lazy("Then the goods count as received, and a return is refunded."),
        "review_hours": gettext_lazy("Then the clock approves, if there is a return address where one is needed."),
    }

    def prepare(self) -> None:
        fields = forms.fields_for_model(Policy, services.POLICY)
        self.fields.update({name: field for name, field in fields.items() if field is not None})
        self.initial.update({name: getattr(self.row.policy, name) for name in services.POLICY})
        for name, text in self.HELP_TEXTS.items():
            self.fields[name].help_text = text

    def arguments(self) -> Arguments:
        return {"values": dict(self.cleaned_data)}


class PasswordShown(ReadOnlyPasswordHashWidget):
    """Django draws a <div disabled> here, which is not HTML."""

    def get_context(self, name: str, value: Any, attrs: Context | None) -> Context:
        return super().get_context(name, value, {k: v for k, v in (attrs or {}).items() if k != "disabled"})


class UserForm(UserChangeForm):
    password = ReadOnlyPasswordHashField(label=gettext_lazy("password"), widget=PasswordShown)


class MembershipForm(forms.ModelForm):
    """The user is typed, not chosen: a list of all users would show every shop's buyers to every manager."""

    username = forms.CharField(max_length=150, label="", help_text="")

    class Meta:
        model = Membership
        fields = ("shop", "role", "review_limit")

    actor_of: Any = None  # set by the admin: shop id → actor

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("user name")
        self.fields["username"].help_text = _("As they type it at the login.")
        if self.instance.pk:
            del self.fields["username"]
            self.fields.pop("shop", None)

    def clean_username(self) -> User:
        user = User.objects.filter(username=self.cleaned_data["username"], is_active=True).first()
        if user is None:
            raise forms.ValidationError(_("There is no user of this name."))
        return user

    def clean(self) -> Arguments:
        data = super().clean() or self.cleaned_data
        shop = self.instance.shop if self.instance.pk else data.get("shop")
        user = self.instance.user if self.instance.pk else data.get("username")
        if shop is None or user is None or "role" not in data:
            return data
        if not self.instance.pk and Membership.objects.filter(shop=shop, user=user).exists():
            raise forms.ValidationError(_("This user is a member already. Change that entry instead."))
        self.instance.shop, self.instance.user = shop, user
        try:
            services.may_set_member(shop, user, role=data["role"], actor=type(self).actor_of(shop.pk))
        except DomainError as refusal:
            raise forms.ValidationError(refusal.message) from refusal
        return data
