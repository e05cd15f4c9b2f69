"""What the buyer types on a ticket's page. Bounds are those of the API's input; the service decides."""

from django import forms

from aftersales.models.message import MAX_TEXT
from logistics.couriers import COURIERS
from web.forms import Arguments, MoneyField, VerbForm

OTHER = "other"
MAX_WAYBILL = 64  # the columns of a parcel


class TicketForm(VerbForm):
    """The templates draw the fields; all errors are shown together above the form."""

    @property
    def texts(self) -> list[str]:
        return [str(text) for texts in self.errors.values() for text in texts]


class ConfirmForm(TicketForm):
    """A yes without anything to type."""


class ReturnWaybillForm(TicketForm):
    """None of the fields is required: the service says in one sentence what is missing of courier and number."""

    tracking_no = forms.CharField(required=False, max_length=MAX_WAYBILL)
    courier = forms.CharField(required=False, max_length=MAX_WAYBILL)
    other_courier = forms.CharField(required=False, max_length=MAX_WAYBILL)
    freight_paid = MoneyField(required=False)

    def arguments(self) -> Arguments:
        data = self.cleaned_data
        # A courier that is not on the list is written out.
        courier = data["other_courier"] if data["courier"] == OTHER else data["courier"]
        return {"courier": courier, "tracking_no": data["tracking_no"], "freight_paid": data["freight_paid"]}


def waybill_initial(courier: str, tracking_no: str) -> dict[str, str]:
    """The form's first values, to correct a waybill that was entered before."""
    known = courier.lower() in COURIERS
    return {
        "courier": courier.lower() if known else OTHER,
        "other_courier": "" if known else courier,
        "tracking_no": tracking_no,
    }


class MessageForm(TicketForm):
    text = forms.CharField(required=False, max_length=MAX_TEXT)
    # Also an empty file is for the upload to refuse, with the words and the status of every other file.
    photo = forms.FileField(required=False, allow_empty_file=True)
