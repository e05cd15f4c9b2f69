"""Where a shop's buyers pay what is due."""

from django import forms
from django.utils.translation import gettext_lazy as _

from web.forms import Arguments, VerbForm

from ..models import Shop


class PaymentPageForm(VerbForm):
    """The key is read here and copied into the shop's own system."""

    row: Shop
    url = forms.CharField(
        label=_("address of the payment page"),
        max_length=400,
        required=False,
        help_text=_("Begins with https://. Empty: buyers read how to reach the shop instead."),
    )
    key = forms.CharField(
        label=_("key"),
        required=False,
        disabled=True,
        help_text=_("Signs what is sent to the page and what comes back. Keep it secret; it is made with the address."),
    )
    renew_key = forms.BooleanField(
        label=_("make a new key"), required=False, help_text=_("The old one stops working at once.")
    )

    def prepare(self) -> None:
        self.initial.update({"url": self.row.payment_page_url, "key": self.row.payment_page_key})

    def arguments(self) -> Arguments:
        return {"url": self.cleaned_data["url"], "renew_key": self.cleaned_data["renew_key"]}
