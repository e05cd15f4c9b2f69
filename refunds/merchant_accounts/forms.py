"""Forms of accounts, one a channel: what is typed goes in, and nothing secret is ever written into a page."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Shop
from kernel.languages import paragraph
from web.admin.parts import moment
from web.forms import Arguments, VerbForm, moment_field

from .. import channel_settings
from ..gateways.wording import HELP_TEXTS, LABELS
from ..models import MerchantAccount

ACCOUNT = gettext_lazy("Account number")


class Unechoed(forms.Textarea):
    """Never has a value: neither what is stored nor what was typed before an error comes back in a page."""

    def __init__(self) -> None:
        super().__init__({"rows": 3, "autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"})

    def format_value(self, value: Any) -> str:
        return ""


class SecretsForm(VerbForm):
    """What an account has beside its number."""

    channel: ClassVar[str] = ""

    def channel_of_row(self) -> str:
        return self.channel

    def stored(self) -> dict[str, str]:
        """Variable → when it was set."""
        return {}

    def prepare(self) -> None:
        channel, stored = self.channel_of_row(), self.stored()
        required = {names[0] for names in channel_settings.REQUIRED[channel]}
        for name in channel_settings.secrets_of(channel):
            self.fields[name.lower()] = _field(name, stored.get(name, ""), required=name in required)
        addresses = channel_settings.addresses_of(channel, settings)
        # Empty: that of the installation, whatever it is.
        choices = [("", addresses[0]), *((address, address) for address in addresses[1:])]
        self.fields["url"] = forms.ChoiceField(label=_("address of the channel"), choices=choices, required=False)
        if channel in channel_settings.TRANSFERS:
            self.fields["transfers"] = forms.BooleanField(
                label=_("transfers allowed"),
                required=False,
                help_text=_("Two people can then pay what you owe a buyer out of this account."),
            )
        if channel == "wechatpay":
            self.fields["transfer_scene_id"] = forms.CharField(
                label=_("scene of transfers"),
                required=False,
                max_length=36,
                help_text=_("Its number, as WeChat Pay has granted it for transfers, such as 1011."),
            )

    def arguments(self) -> Arguments:
        names = channel_settings.secrets_of(self.channel_of_row())
        typed = {name: self.cleaned_data.pop(name.lower(), "") for name in names}
        return {**self.cleaned_data, "secrets": typed}


class ReviseForm(SecretsForm):
    row: MerchantAccount

    def channel_of_row(self) -> str:
        return self.row.channel

    def stored(self) -> dict[str, str]:
        return dict(self.row.secrets_set)

    def prepare(self) -> None:
        super().prepare()
        self.initial["url"], self.initial["transfers"] = self.row.url, self.row.transfers
        self.initial["transfer_scene_id"] = self.row.transfer_scene_id


class AddForm(SecretsForm):
    row: Shop

    def prepare(self) -> None:
        label = str(LABELS.get(channel_settings.NUMBERS.get(self.channel, ""), ACCOUNT))
        self.fields["account"] = forms.CharField(
            label=label, max_length=128, help_text=_("As the channel shows it. It can't be changed later.")
        )
        self.fields["since"] = moment_field(
            _("Takes payments since"),
            _(
                "Payments from then on go back through this account, earlier ones through the account before it. Empty:"
                " from now on."
            ),
        )
        super().prepare()


def add_form(channel: str) -> type[AddForm]:
    return type(f"Add{channel.title()}Form", (AddForm,), {"channel": channel})


def _field(name: str, set_at: str, *, required: bool) -> forms.CharField:
    text = (
        _("Set on %(date)s. Leave it empty to keep it.") % {"date": moment(datetime.fromisoformat(set_at))}
        if set_at
        else _("It's stored encrypted and never shown again.")
    )
    label, text = (
        str(LABELS.get(name, name)),
        paragraph(*(str(part) for part in (HELP_TEXTS.get(name, ""), text) if part)),
    )
    return forms.CharField(label=label, widget=Unechoed, required=required and not set_at, help_text=text)
