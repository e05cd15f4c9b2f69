"""Forms behind the buttons of a shipment, a parcel and a return address."""

from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from orders import services as orders
from web.forms import Arguments, VerbForm, moment_field

from ..couriers.names import COURIERS
from ..likely import likely
from ..machine import NOT_ARRIVED, ON_THE_WAY
from ..models import Parcel


class Suggest(forms.TextInput):
    """Any courier may be typed; the common ones are offered."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        list_id = f"{(attrs or {}).get('id', name)}_list"
        box = super().render(name, value, {**(attrs or {}), "list": list_id, "autocomplete": "off"}, renderer)
        offers = format_html_join("", '<option value="{}">{}</option>', COURIERS.items())
        return format_html('{}<datalist id="{}">{}</datalist>', box, list_id, offers)


def courier_field(*, required: bool = True) -> forms.CharField:
    return forms.CharField(label=_("courier"), max_length=64, required=required, widget=Suggest())


def tracking_field(*, required: bool = True) -> forms.CharField:
    return forms.CharField(label=_("tracking no."), max_length=64, required=required)


class CourierForm(VerbForm):
    """With `courier` and `tracking_no`. A number without a courier is one of the courier that it looks like; where that
    says nothing, the form comes back with the one that is likely, for a person to agree to."""

    def clean(self) -> Any:
        data = self.cleaned_data
        number = data.get("tracking_no", "")
        if number and data.get("courier") == "" and (proposal := likely(number, user_id=self.actor.user_id)).codes:
            if proposal.by_look:
                return {**data, "courier": proposal.only}
            # What was sent cannot be changed.
            self.data = dict(self.data.items()) | {self.add_prefix("courier"): proposal.only}
            self.add_error("courier", proposal.words)
        return data


class WaybillForm(CourierForm):
    courier = courier_field(required=False)
    tracking_no = tracking_field()


class ShipForm(CourierForm):
    """Everything that may leave, or a part; or a parcel that did not arrive is sent again."""

    courier = courier_field(required=False)
    tracking_no = tracking_field(required=False)
    replaces = forms.ChoiceField(label=_("resends"), required=False)

    def prepare(self) -> None:
        lines = {line.pk: line for line in self.row.lines.all()}
        self.left = orders.shippable(self.row)
        for line_id, units in self.left.items():
            self.fields[f"line_{line_id}"] = forms.IntegerField(
                label=lines[line_id].shown_title,
                min_value=0,
                max_value=units,
                initial=units,
                required=False,
                help_text=_("up to %(units)d can ship") % {"units": units},
            )
        again = Parcel.objects.filter(
            order=self.row, kind=Parcel.Kind.OUTBOUND, status__in=(*NOT_ARRIVED, *ON_THE_WAY), replaced_by=None
        )
        choices = [(str(parcel.pk), str(parcel)) for parcel in again]
        self.fields["replaces"].choices = [("", _("nothing; this is a new parcel")), *choices]  # type: ignore[attr-defined]
        if not choices:
            del self.fields["replaces"]

    def arguments(self) -> Arguments:
        data = self.cleaned_data
        lines = [{"line_id": pk, "quantity": n} for pk in self.left if (n := data.get(f"line_{pk}"))]
        bill = {"courier": data["courier"], "tracking_no": data["tracking_no"]}
        if data.get("replaces"):
            return {**bill, "replaces": int(data["replaces"])}
        return {**bill, "lines": lines}


class ReportForm(VerbForm):
    at = moment_field(_("when"), _("Leave empty to use the current time."))
    text = forms.CharField(label=_("what the courier says"), max_length=400, required=False)


class ScanForm(ReportForm):
    # Nothing is chosen beforehand: what is sent without a look would be told to both sides.
    scan = forms.ChoiceField(
        label=_("status"), choices=[("", _("please choose")), *((status.value, status.label) for status in ON_THE_WAY)]
    )

    field_order = ("scan", "at", "text")


class AddressForm(VerbForm):
    name = forms.CharField(label=_("receiver"), max_length=120)
    phone = forms.CharField(label=_("phone"), max_length=40)
    address_text = forms.CharField(label=_("address"), max_length=400)

    def prepare(self) -> None:
        row = self.row
        self.initial.update({"name": row.name, "phone": row.phone, "address_text": row.address})
