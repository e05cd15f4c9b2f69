"""What comes in. What goes out is in `answers`."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from web.fields import ChoiceField, CountField, TextField

from ..redirections.models import Target


class SettleInput(serializers.Serializer):
    proof = TextField(max_length=240, required=False, allow_blank=True, default="")
    evidence = serializers.ListField(
        child=serializers.UUIDField(), max_length=9, required=False,
        help_text=_("Your own uploads as proof. The buyer sees them on the ticket."),
    )  # fmt: skip
    note = TextField(max_length=1000, required=False, allow_blank=True, default="")


class CallOffInput(serializers.Serializer):
    note = TextField(
        max_length=240, required=False, allow_blank=True, default="",
        help_text=_("What the payment channel's console shows. The first person has to say it."),
    )  # fmt: skip


class RedirectInput(serializers.Serializer):
    to = ChoiceField(choices=Target.values)
    bank_type = TextField(
        max_length=32, required=False, allow_blank=True, default="",
        help_text=_("Of a card: the channel's code of the bank, such as ICBC_DEBIT."),
    )  # fmt: skip
    bank_account = TextField(
        max_length=40, required=False, allow_blank=True, default="",
        help_text=_("Of a card: its number. It is encrypted, and forgotten once the channel has it."),
    )  # fmt: skip
    real_name = TextField(
        max_length=64, required=False, allow_blank=True, default="", help_text=_("Of a card: its holder.")
    )
    note = TextField(max_length=240, help_text=_("How the buyer gave you this account."))


class ConfirmRedirectionInput(serializers.Serializer):
    redirection = CountField(min_value=1, max_value=2**63 - 1, help_text=_("The `id` of `redirection`."))
    note = TextField(max_length=240, required=False, allow_blank=True, default="")
