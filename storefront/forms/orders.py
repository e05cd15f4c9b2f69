"""Forms behind the buyer's small verbs on an order. Bounds are those of the API's input; the service decides."""

from django import forms
from django.utils.translation import gettext_lazy as _

from orders import policy
from orders.models.note import Flag
from orders.services.notes import MAX_TEXT
from web.forms import Arguments, VerbForm, text_field


class ReceiptForm(VerbForm):
    password = forms.CharField(
        label=_("Your password"),
        max_length=128,
        strip=False,  # blanks may be part of a password
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True, "class": "as-input"}),
    )


class ExtendForm(VerbForm):
    days = forms.IntegerField(
        label=_("How many extra days"),
        min_value=1,
        max_value=policy.BUYER_EXTENSION_DAYS,
        initial=policy.BUYER_EXTENSION_DAYS,
        widget=forms.NumberInput(attrs={"autofocus": True, "class": "as-input", "inputmode": "numeric"}),
    )
    reason = text_field(_("Reason (optional)"), max_length=400)

    def prepare(self) -> None:
        self.fields["reason"].widget.attrs["class"] = "as-input"


class RemarkForm(VerbForm):
    text = text_field(_("What should the shop know?"), required=True, max_length=MAX_TEXT)
    flag = forms.ChoiceField(label=_("Flag"), choices=Flag.choices, initial=Flag.NONE, required=False)

    def prepare(self) -> None:
        self.fields["text"].widget.attrs |= {"autofocus": True, "class": "as-input"}

    def arguments(self) -> Arguments:
        return {"text": self.cleaned_data["text"], "flag": self.cleaned_data["flag"] or Flag.NONE}
