"""Forms behind the buttons of an order and an SKU."""

from django import forms
from django.utils.translation import gettext_lazy as _

from web.forms import Arguments, VerbForm, moment_field, text_field

from .. import policy
from ..models import Sku
from ..models.note import Flag

SKU_FIELDS = (
    "title",
    "title_en",
    "spec",
    "spec_en",
    "category",
    "product",
    "price",
    "image_url",
    "virtual",
    "exchange_excluded",
    "no_reason_exempt",
    "warranty_days",
)


class DeliverForm(VerbForm):
    delivered_at = moment_field(_("delivered at"), _("Leave empty to use the current time."))


class RemarkForm(VerbForm):
    text = text_field(_("remark"), required=True)
    flag = forms.ChoiceField(label=_("flag"), choices=Flag.choices, initial=Flag.BLUE)


class ExtendForm(VerbForm):
    days = forms.IntegerField(label=_("days"), min_value=1, max_value=policy.MAX_EXTENSION_DAYS, initial=10)
    reason = text_field(_("reason"))


class ReopenForm(VerbForm):
    days = forms.IntegerField(label=_("days"), min_value=1, max_value=policy.MAX_REOPEN_DAYS, initial=7)
    reason = text_field(_("reason"), required=True, help_text=_("The numbers you checked, and why (S-014)."))


class CloseForm(VerbForm):
    reason = text_field(_("reason"), required=True, max_length=240)


class SkuForm(VerbForm):
    def prepare(self) -> None:
        names = (*SKU_FIELDS, "currency")
        fields = forms.fields_for_model(Sku, names)
        self.fields.update({name: field for name, field in fields.items() if field is not None})
        self.fields["currency"].required = False
        self.initial.update({name: getattr(self.row, name) for name in names})

    def arguments(self) -> Arguments:
        values = dict(self.cleaned_data)
        return {"values": values | {"currency": values["currency"] or self.row.currency}}


class StockForm(VerbForm):
    on_hand = forms.IntegerField(label=_("on hand"), min_value=0, max_value=policy.MAX_QUANTITY)
    resellable = forms.IntegerField(
        label=_("resellable, marked"),
        min_value=0,
        max_value=policy.MAX_QUANTITY,
        required=False,
        help_text=_(
            "Returned goods that aren't as new. They're only sold marked as such, and never sent as a replacement."
        ),
    )

    def prepare(self) -> None:
        stock = getattr(self.row, "stock", None)
        self.initial["on_hand"] = stock.on_hand if stock else 0
        self.initial["resellable"] = stock.resellable if stock else 0
