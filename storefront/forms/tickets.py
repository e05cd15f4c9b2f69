"""What the buyer types on a ticket's page. Bounds are those of the API's input; the service decides."""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.models.message import MAX_TEXT
from aftersales.selectors.refunds.by_hand import ByHand, to_object_to
from aftersales.states import NOTE, SETTLEMENT
from logistics.couriers import COURIERS, guess
from logistics.likely import Likely, likely
from logistics.pickups.options import options
from web.forms import Arguments, MoneyField, SeenForm, VerbForm

OTHER = "other"
PICKUP_TIME = re.compile(r"20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]) \S{1,20}", re.ASCII)
MAX_WAYBILL = 64  # the columns of a parcel


class TicketForm(VerbForm):
    """The templates draw the fields; all errors are shown together above the form."""

    @property
    def texts(self) -> list[str]:
        return [str(text) for texts in self.errors.values() for text in texts]


class ConfirmForm(TicketForm):
    """A yes without anything to type."""


class NoteForm(TicketForm):
    """A yes, and what there is to say about it."""

    note = forms.CharField(required=False, max_length=1000)


class ObjectForm(NoteForm):
    """An objection to the very thing that the page showed. Of several payments, those that did not arrive."""

    about = forms.ChoiceField(choices=[(SETTLEMENT, SETTLEMENT), (NOTE, NOTE)], required=False)
    settlements = forms.MultipleChoiceField(required=False)

    def prepare(self) -> None:
        field: Any = self.fields["settlements"]
        field.choices = [(each.number, each.number) for each in self._settlements()]

    def _settlements(self) -> list[ByHand]:
        return to_object_to(self.row, timezone.now())

    def clean(self) -> Any:
        data = self.cleaned_data
        about_money = data.get("about") == SETTLEMENT and "settlements" in data
        if about_money and not data["settlements"] and len(self._settlements()) > 1:
            self.add_error("settlements", _("Choose what didn't arrive."))
        return data


class DecideForm(SeenForm, TicketForm):
    """A yes to what the page showed."""


class OfferForm(TicketForm):
    """The answer to the very offer that the page showed."""

    offer = forms.IntegerField(min_value=1, max_value=2**63 - 1)


class AcceptOfferForm(SeenForm, OfferForm):
    """With the version of the ticket, as every yes."""


class ReturnWaybillForm(TicketForm):
    """None of the fields is required: the service says in one sentence what is missing of courier and number."""

    tracking_no = forms.CharField(required=False, max_length=MAX_WAYBILL)
    courier = forms.CharField(required=False, max_length=MAX_WAYBILL)
    other_courier = forms.CharField(required=False, max_length=MAX_WAYBILL)
    freight_paid = MoneyField(required=False)
    freight_collect = forms.BooleanField(required=False)
    likely = Likely()  # whose number it may be, where the page proposes that

    def clean(self) -> Any:
        """A number without a courier comes back with the one that is likely, for the buyer to agree to."""
        data = self.cleaned_data
        number = data.get("tracking_no", "")
        if number and data.get("courier") == "" and not guess(number):
            self.likely = likely(number, user_id=self.actor.user_id)
            if self.likely.codes:
                # What was sent cannot be changed.
                self.data = dict(self.data.items()) | {"courier": self.likely.only}
                self.add_error("courier", self.likely.words)
        return data

    @property
    def fitting(self) -> list[tuple[str, Any]]:
        """The couriers to choose from first: code and name."""
        return [(code, COURIERS[code]) for code in self.likely.codes] if not self.likely.only else []

    @property
    def others(self) -> list[tuple[str, Any]]:
        first = dict(self.fitting)
        return [(code, name) for code, name in COURIERS.items() if code not in first]

    def arguments(self) -> Arguments:
        data = self.cleaned_data
        # A courier that is not on the list is written out; one that was not chosen is known by its numbers, as the page
        # says, also without the script and for whoever is faster than it.
        courier = data["courier"] or guess(data["tracking_no"])
        courier = data["other_courier"] if courier == OTHER else courier
        return {
            "courier": courier,
            "tracking_no": data["tracking_no"],
            "freight_paid": data["freight_paid"],
            "freight_collect": data["freight_collect"],
        }


class PickupForm(TicketForm):
    """`at`: a day and a slot, "2026-01-05 13:00-15:00". What is left empty is missed by the service, in its words."""

    courier = forms.CharField(required=False, max_length=MAX_WAYBILL)
    at = forms.RegexField(
        PICKUP_TIME, required=True, strip=True, error_messages={
            "required": gettext_lazy("Choose when the courier should come."),
            "invalid": gettext_lazy("Choose when the courier should come."),
        },
    )  # fmt: skip
    name = forms.CharField(required=False, max_length=120)
    phone = forms.CharField(required=False, max_length=40)
    address = forms.CharField(required=False, max_length=400)

    def prepare(self) -> None:
        self.options, order = options(timezone.now()), self.row.order
        for part in ("name", "phone", "address"):
            self.fields[part].initial = getattr(order, f"receiver_{part}")
        if len(self.options.couriers) == 1:
            self.fields["courier"].initial = self.options.couriers[0]

    def arguments(self) -> Arguments:
        data = self.cleaned_data
        day, _space, slot = data["at"].partition(" ")
        texts = {name: data[name] for name in ("courier", "name", "phone", "address")}
        return {**texts, "date": date.fromisoformat(day), "slot": slot}

    def clean_at(self) -> str:
        at: str = self.cleaned_data["at"]
        try:
            date.fromisoformat(at.partition(" ")[0])
        except ValueError:  # the 31st of February
            raise forms.ValidationError(self.fields["at"].error_messages["invalid"]) from None
        return at


def waybill_initial(courier: str, tracking_no: str) -> dict[str, str]:
    """The form's first values, to correct a waybill that was entered before."""
    known = courier.lower() in COURIERS
    return {
        "courier": courier.lower() if known else OTHER,
        "other_courier": "" if known else courier,
        "tracking_no": tracking_no,
    }


def _seen(*, required: bool) -> forms.IntegerField:
    """The last message that the page showed."""
    return forms.IntegerField(required=required, min_value=1, max_value=2**63 - 1)


class ReadForm(TicketForm):
    message_id = _seen(required=True)


class MessageForm(TicketForm):
    read_to = _seen(required=False)
    text = forms.CharField(required=False, max_length=MAX_TEXT)
    # Also an empty file is for the upload to refuse, with the words and the status of every other file.
    photo = forms.FileField(required=False, allow_empty_file=True)
