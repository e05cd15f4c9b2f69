"""Offers at the desk: the form to propose other terms, and how the buyer answered."""

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from web.admin.base import Panel, Verb
from web.context import Context
from web.fields import check_moment
from web.forms import Arguments, SeenForm, VerbForm, amount_field, text_field

from .. import services
from ..conditions import awaits_goods
from ..models import Ticket
from ..states import InKind, Status, Type
from .forms import CountForm

BACK = (Type.RETURN_REFUND.value, _("The buyer returns the goods, then gets this amount"))
KEEPS = (Type.REFUND_ONLY.value, _("The buyer keeps the goods and gets this amount"))
IN_KIND = [
    (InKind.VOUCHER.value, _("A voucher instead; enter what it costs you")),
    (InKind.GIFT.value, _("A gift instead; enter what it costs you")),
]


class OfferForm(CountForm):
    """At the inspection of a return with the count of the goods, which goes with the offer."""

    rare = ("service_fee", "what", "code", "valid_until")
    type = forms.ChoiceField(label=_("your offer"), choices=[BACK, KEEPS, *IN_KIND])
    amount = amount_field(_("amount offered"), required=True)
    service_fee = amount_field(_("service fee"), help_text=_("Deducted from the amount."))
    note = text_field(_("note"), required=True, help_text=_("The buyer sees it next to the amount."), max_length=1000)
    what = forms.CharField(label=_("what the voucher or gift is"), required=False, max_length=200)
    code = forms.CharField(
        label=_("voucher code"), required=False, max_length=64, help_text=_("The buyer sees it after accepting.")
    )
    valid_until = forms.DateField(
        label=_("voucher valid until"),
        required=False,
        validators=[check_moment],
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    field_order = ("type", "amount", "service_fee", "note")

    def prepare(self) -> None:
        ticket, review = self.row, self.row.status == Status.PENDING_REVIEW
        self.lines = []
        if ticket.type == Type.RETURN_REFUND and ticket.shipped_back_at is not None and awaits_goods(ticket):
            self.add_counts()
        amount = ticket.requested_amount if ticket.approved_amount is None else ticket.approved_amount
        self.initial["amount"] = amount or None
        self.initial["type"] = ticket.type
        # Later there is one way to settle it: a fee is agreed on at the review, and goods under way are counted.
        if not review:
            for name in ("type", "service_fee", "what", "code", "valid_until"):
                del self.fields[name]
        elif not ticket.pays_money or not ticket.takes_units:
            self.fields["type"].choices = [KEEPS, *IN_KIND]  # type: ignore[attr-defined]
            self.initial["type"] = Type.REFUND_ONLY

    @property
    def consequence(self) -> str:
        return str(
            _(
                "The buyer responds on their page, and accepting takes effect right away. Your deadline keeps "
                "running in the meantime."
            )
        )

    def arguments(self) -> Arguments:
        data = self.cleaned_data
        names = ("type", "amount", "note", "version", "what", "code", "valid_until")
        terms: Arguments = {name: data[name] for name in names if name in self.fields}
        if data.get("service_fee"):
            terms["service_fee"] = data["service_fee"]
        if self.lines:
            terms["units"] = self.counted()
        return terms


def offers(ticket: Ticket, request: HttpRequest) -> Context | None:
    # An offer raises the version, so that most tickets need not be asked.
    rows = list(ticket.offers.order_by("-id")) if ticket.version > 1 else []
    return {"offers": rows, "currency": ticket.order.currency} if rows else None


class RuleForm(SeenForm):
    pay = forms.BooleanField(
        label=_("Pay what was withheld"), required=False, help_text=_("Otherwise, the objection is closed.")
    )
    note = text_field(_("note"), required=True, help_text=_("The buyer and the shop can read it."), max_length=1000)


class HandOverGiftForm(VerbForm):
    code = forms.CharField(label=_("voucher code"), required=False, max_length=64)
    note = text_field(
        _("note"), help_text=_("The buyer can read it, for example how a gift was sent."), max_length=1000
    )

    def prepare(self) -> None:
        if self.row.outcome != InKind.VOUCHER:
            del self.fields["code"]


class AgreeOnDeliveryForm(VerbForm):
    note = text_field(
        _("what was agreed"),
        required=True,
        help_text=_("For example that the buyer keeps the goods and pays, or sends them back. The buyer can read it."),
        max_length=1000,
    )


HAND_OVER_GIFT = Verb(
    "hand_over_gift", _("Hand over voucher or gift"), services.hand_over_gift, HandOverGiftForm, inline=True
)
AGREE_ON_DELIVERY = Verb(
    "agree_on_delivery", _("Note what was agreed"), services.agree_on_delivery, AgreeOnDeliveryForm, inline=True
)
RULE = Verb("rule_objection", _("Decide on the objection"), services.rule_objection, RuleForm, inline=True)
OFFERS = Panel(_("Offers"), "admin/aftersales/offers.html", offers)
OFFER = Verb(
    "offer",
    _("Make an offer"),
    services.offer,
    OfferForm,
    inline=True,
    template="admin/aftersales/receive_fields.html",
)
