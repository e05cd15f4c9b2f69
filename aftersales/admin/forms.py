"""Forms behind the buttons of a ticket. They parse and show what is possible; `aftersales.services` decides."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from kernel.money import ZERO
from logistics.admin.forms import WaybillForm
from logistics.models import ReturnAddress
from web.forms import Arguments, VerbForm, amount_field, text_field
from web.money import format_money

from ..machine import awaits_goods
from ..models import TicketLine, Use
from ..models.ticket_line import Condition
from ..rules.eligibility import no_reason_return
from ..services import approvable
from ..states import MONEY_TYPES, RETURN_TYPES, FreightPayer, RejectionGround, Type
from ..wording import next_steps
from .canned_responses import texts_for
from .files import FilesField


class ApproveForm(VerbForm):
    rare = ("service_fee", "service_fee_consent", "returnless", "return_freight_payer")
    refund_amount = amount_field(_("refund amount"))
    refund_amount_consent = forms.BooleanField(label=_("The buyer agreed to the lower amount"), required=False)
    service_fee = amount_field(_("service fee"), help_text=_("Taken off the amount; needs the buyer's yes."))
    service_fee_consent = forms.BooleanField(label=_("The buyer agreed to the fee"), required=False)
    return_address_id = forms.TypedChoiceField(label=_("return address"), coerce=int, empty_value=None, required=False)
    return_freight_payer = forms.ChoiceField(label=_("return freight paid by"), choices=FreightPayer.choices)
    returnless = forms.BooleanField(label=_("The buyer keeps the goods"), required=False)
    confirm_alerts = forms.BooleanField(label=_("I read the alert, the request is right"), required=False)
    note = text_field(_("note"), help_text=_("How the buyer agreed, where that was needed."))

    def prepare(self) -> None:
        ticket = self.row
        if ticket.type not in MONEY_TYPES:
            self._drop("refund_amount", "refund_amount_consent", "service_fee", "service_fee_consent")
        else:
            self.terms = approvable(ticket)
            self.initial["refund_amount"] = self.terms.requested
            ceiling = {"amount": format_money(self.terms.ceiling, ticket.order.currency)}
            self.fields["refund_amount"].help_text = _("At most %(amount)s. Less needs the buyer's yes.") % ceiling
        if ticket.type not in RETURN_TYPES or ticket.returnless:
            self._drop("return_address_id", "return_freight_payer", "returnless")
        else:
            self._offer_addresses()
        if not ticket.alerts:
            self._drop("confirm_alerts")

    @property
    def consequence(self) -> str:
        return next_steps.approval(self.row)

    def _drop(self, *names: str) -> None:
        for name in names:
            del self.fields[name]

    def _offer_addresses(self) -> None:
        ticket = self.row
        rows = ReturnAddress.objects.filter(shop_id=ticket.shop_id, active=True).order_by("-is_default", "id")
        field = self.fields["return_address_id"]
        field.choices = [(row.pk, str(row)) for row in rows] or [("", _("none yet: add one first"))]  # type: ignore[attr-defined]
        self.initial["return_freight_payer"] = ticket.return_freight_payer
        if ticket.type != Type.RETURN_REFUND:
            self._drop("returnless")

    def arguments(self) -> Arguments:
        data = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        if "refund_amount" in data and data["refund_amount"] == self.terms.requested:
            del data["refund_amount"]  # as requested: a freight rule may still add to it
        return data


class RejectForm(VerbForm):
    template = forms.ChoiceField(label=_("canned response"), required=False)
    reason = text_field(_("reason, shown to the buyer"), help_text=_("Empty: the canned response."))
    ground = forms.ChoiceField(
        label=_("ground"),
        required=False,
        choices=[("", "–"), *RejectionGround.choices],
        help_text=_("A no-reason return in time can be refused only on one of these."),
    )

    def prepare(self) -> None:
        self.fields["template"].choices = [("", "–"), *texts_for(self.row, Use.REJECT)]  # type: ignore[attr-defined]
        if not no_reason_return(self.row):
            del self.fields["ground"]

    def arguments(self) -> Arguments:
        data = self.cleaned_data
        return {"reason": data["reason"] or data["template"], "ground": data.get("ground", "")}


class ReceiveForm(VerbForm):
    """A row of inputs a line: so many units in each condition. What is not counted is missing."""

    rare = ("deduction", "deduction_consent")

    deduction = amount_field(_("deduction"), help_text=_("For goods that lost value; needs the buyer's yes."))
    deduction_consent = forms.BooleanField(label=_("The buyer agreed to the deduction"), required=False)
    note = text_field(_("note"))

    def prepare(self) -> None:
        self.lines: list[TicketLine] = list(self.row.lines.select_related("line__sku"))
        for item in self.lines:
            for condition in Condition:
                self.fields[f"{item.line_id}-{condition}"] = forms.IntegerField(
                    label=f"{item.line.title}: {condition.label}",
                    required=False,
                    min_value=0,
                    max_value=item.quantity,
                    initial=item.quantity if condition == Condition.AS_NEW else None,
                )
        if self.row.type != Type.RETURN_REFUND:
            del self.fields["deduction"], self.fields["deduction_consent"]

    @property
    def consequence(self) -> str:
        return next_steps.receiving(self.row)

    def grid(self) -> Iterator[tuple[TicketLine, list[tuple[Any, BoundField]]]]:
        for item in self.lines:
            yield item, [(condition.label, self[f"{item.line_id}-{condition}"]) for condition in Condition]

    def usual_fields(self) -> list[BoundField]:
        return [self["note"]]

    def arguments(self) -> Arguments:
        data = self.cleaned_data
        units = [
            {"line_id": item.line_id, "condition": condition.value, "quantity": count}
            for item in self.lines
            for condition in Condition
            if (count := data.get(f"{item.line_id}-{condition}"))
        ]
        agreed = data.get("deduction_consent", False)
        return {
            "units": units,
            "note": data["note"],
            "deduction": data.get("deduction") or ZERO,
            "deduction_consent": agreed,
        }


class ReasonForm(VerbForm):
    reason = text_field(_("reason"), required=True)


class RefuseForm(ReasonForm):
    photos = FilesField()


class ShipBackForm(WaybillForm):
    freight_paid = amount_field(_("freight the buyer paid"))


class ReshipForm(WaybillForm):
    advance = forms.BooleanField(label=_("Send it before the goods are back"), required=False)
    note = text_field(_("note"), help_text=_("Why ahead of the goods, where that is so."))

    def prepare(self) -> None:
        if not awaits_goods(self.row):
            del self.fields["advance"]
        if all(virtual for virtual in self.row.lines.values_list("line__virtual", flat=True)):
            self.fields["courier"].required = self.fields["tracking_no"].required = False


class ConvertForm(VerbForm):
    to = forms.ChoiceField(
        label=_("into"), choices=[(kind.value, kind.label) for kind in (Type.RETURN_REFUND, Type.REFUND_ONLY)]
    )
    note = text_field(_("note"))
