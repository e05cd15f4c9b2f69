"""Forms behind the buttons of a ticket. They parse and show what is possible; `aftersales.services` decides."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.languages import labelled
from kernel.money import ZERO
from kernel.numbers import comparable
from logistics.admin.forms import CourierForm, WaybillForm, courier_field, tracking_field
from logistics.models import ReturnAddress
from web.context import Context
from web.forms import Arguments, SeenForm, VerbForm, amount_field, text_field
from web.money import format_money

from ..api.serializers import MAX_UNITS
from ..conditions import awaits_goods, awaits_missing
from ..models import TicketLine, Use
from ..models.extra_goods import CONDITIONS
from ..models.ticket_line import Condition
from ..rules.grounds import grounds_of, needs_ground, unshipped
from ..selectors.foreseen import foreseen, needs_second
from ..selectors.pending_action import desk_acts
from ..services import approvable, by_note, colleagues
from ..services.authority import only_simple, within_level
from ..states import MONEY_TYPES, RETURN_TYPES, FreightPayer, RejectionGround, Type
from ..wording import limits, next_steps
from .canned_responses import texts_for
from .files import FilesField


class DecisionForm(SeenForm):
    """Says before the click what its person may not decide alone (B-14)."""

    verb: ClassVar[str]

    @property
    def warning(self) -> str:
        if not within_level(self.row, self.verb, self.actor):
            return only_simple()
        amount, left = foreseen(self.row, self.verb, self.actor)
        if left is not None and amount > left:
            return limits.above(amount, left, self.row.order.currency)
        threshold = needs_second(self.row, self.verb, self.actor, now=timezone.now())
        return limits.two_people(threshold, self.row.order.currency) if threshold is not None else ""


class ApproveForm(DecisionForm):
    verb = "approve"
    rare = ("service_fee", "service_fee_consent", "returnless", "return_freight_payer")
    refund_amount = amount_field(_("refund amount"))
    refund_amount_consent = forms.BooleanField(label=_("The buyer agreed to the lower amount"), required=False)
    service_fee = amount_field(_("service fee"), help_text=_("Deducted from the amount. The buyer has to agree."))
    service_fee_consent = forms.BooleanField(label=_("The buyer agreed to the fee"), required=False)
    return_address_id = forms.TypedChoiceField(label=_("return address"), coerce=int, empty_value=None, required=False)
    return_freight_payer = forms.ChoiceField(label=_("return shipping paid by"), choices=FreightPayer.choices)
    returnless = forms.BooleanField(label=_("The buyer keeps the goods"), required=False)
    confirm_alerts = forms.BooleanField(label=_("I've read the alert and the request is right"), required=False)
    note = text_field(_("note"), help_text=_("How the buyer agreed, if that was needed."))

    def prepare(self) -> None:
        ticket = self.row
        if ticket.type not in MONEY_TYPES:
            self._drop("refund_amount", "refund_amount_consent", "service_fee", "service_fee_consent")
        else:
            self.terms = approvable(ticket)
            self.initial["refund_amount"] = self.terms.requested
            # Tells an amount that was typed from the one that the page proposed.
            self.fields["refund_amount"].show_hidden_initial = True
            ceiling = {"amount": format_money(self.terms.ceiling, ticket.order.currency)}
            self.fields["refund_amount"].help_text = _("Up to %(amount)s. The buyer has to agree to less.") % ceiling
            if not by_note(ticket.order):  # their yes is their answer to an offer, and nothing to tick here
                self._drop("refund_amount_consent", "service_fee", "service_fee_consent")
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
        field.choices = [(row.pk, str(row)) for row in rows] or [("", _("none yet; add one first"))]  # type: ignore[attr-defined]
        self.initial["return_freight_payer"] = ticket.return_freight_payer
        if ticket.return_freight_payer == FreightPayer.MERCHANT:  # the buyer pays it only where they agreed (S-065)
            self._drop("return_freight_payer")
        if ticket.type != Type.RETURN_REFUND:
            self._drop("returnless")

    def arguments(self) -> Arguments:
        # The amount is sent also where it is the requested one: what is paid is what the page showed.
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


class RejectForm(SeenForm, CourierForm):
    """Only grounds that are true; a waybill where goods leave with the rejection (B-18)."""

    template = forms.ChoiceField(label=_("canned response"), required=False)
    reason = text_field(_("reason (the buyer sees it)"), help_text=_("Leave empty to use the canned response."))
    ground = forms.ChoiceField(
        label=_("ground"),
        required=False,
        help_text=_("A no-reason return within the period can only be rejected on one of these grounds."),
    )
    photos = FilesField()
    courier = courier_field(required=False)
    tracking_no = tracking_field(required=False)

    def prepare(self) -> None:
        self.fields["template"].choices = [("", "–"), *texts_for(self.row, Use.REJECT)]  # type: ignore[attr-defined]
        lines = list(self.row.lines.select_related("line"))
        self.needed, self.leaves = needs_ground(self.row, lines), bool(unshipped(lines))
        self.grounds = grounds_of(self.row, lines) if self.needed else []
        self.fields["ground"].choices = [("", "–"), *((each, each.label) for each in self.grounds)]  # type: ignore[attr-defined]
        used = {
            "ground": bool(self.grounds) and not self.leaves,
            "photos": RejectionGround.NOT_INTACT in self.grounds,
            "courier": self.leaves,
            "tracking_no": self.leaves,
        }
        for name in used:
            if not used[name]:
                del self.fields[name]

    @property
    def consequence(self) -> str:
        return next_steps.rejection(needed=self.needed, possible=bool(self.grounds), leaves=self.leaves)

    def arguments(self) -> Arguments:
        data = self.cleaned_data
        typed: Arguments = {name: data[name] for name in ("photos", "courier", "tracking_no") if name in self.fields}
        ground = RejectionGround.ALREADY_SHIPPED if self.leaves else data.get("ground", "")
        reason = data["reason"] or data["template"]
        return {"reason": reason, "ground": str(ground), "version": data["version"], **typed}


class CountForm(SeenForm):
    """A row of inputs a line: so many units in each condition. What is not counted is missing."""

    lines: list[TicketLine]

    @property
    def late(self) -> bool:
        """Only units that were missing are left to count."""
        return awaits_missing(self.row)

    @property
    def conditions(self) -> list[Condition]:
        return [condition for condition in Condition if not (self.late and condition == Condition.MISSING)]

    def expected(self, item: TicketLine) -> int:
        return item.quantity - item.returned_quantity if self.late else item.quantity

    def add_counts(self) -> None:
        # Nothing is filled in before the goods can have come.
        expected = desk_acts(self.row) and not self.late
        # Read once for the two forms of a page that count.
        if "_counted_lines" not in self.row.__dict__:
            self.row.__dict__["_counted_lines"] = list(self.row.lines.select_related("line__sku"))
        self.lines = self.row.__dict__["_counted_lines"]
        if self.late:  # what came before has been counted
            self.lines = [item for item in self.lines if item.returned_quantity < item.quantity]
        for item in self.lines:
            for condition in self.conditions:
                self.fields[f"{item.line_id}-{condition}"] = forms.IntegerField(
                    label=labelled(item.line.shown_title, condition.label),
                    required=False,
                    min_value=0,
                    max_value=self.expected(item),
                    initial=item.quantity if expected and condition == Condition.AS_NEW else None,
                )

    def grid(self) -> Iterator[tuple[TicketLine, list[tuple[Any, BoundField]]]]:
        for item in self.lines:
            yield item, [(condition.label, self[f"{item.line_id}-{condition}"]) for condition in self.conditions]

    def counted(self) -> list[Context]:
        return [
            {"line_id": item.line_id, "condition": condition.value, "quantity": count}
            for item in self.lines
            for condition in self.conditions
            if (count := self.cleaned_data.get(f"{item.line_id}-{condition}"))
        ]

    def usual_fields(self) -> list[BoundField]:
        in_grid = {field.name for _item, fields in self.grid() for _label, field in fields}
        return [field for field in super().usual_fields() if field.name not in in_grid]


EXTRA = ("sku", "quantity", "condition")
EXTRA_ROWS = range(1, 3)
EXTRA_FIELDS = tuple(f"extra{n}_{name}" for n in EXTRA_ROWS for name in EXTRA)


class ReceiveForm(CountForm, DecisionForm):
    verb = "receive"
    rare = ("deduction", "deduction_consent", *EXTRA_FIELDS)

    deduction = amount_field(_("deduction"), help_text=_("For goods that lost value. The buyer has to agree."))
    deduction_consent = forms.BooleanField(label=_("The buyer agreed to the deduction"), required=False)
    note = text_field(_("note"))

    def prepare(self) -> None:
        self.add_counts()
        self._add_extras()
        if self.row.type != Type.RETURN_REFUND or self.late:
            del self.fields["deduction"], self.fields["deduction_consent"]
        elif not by_note(self.row.order):
            del self.fields["deduction_consent"]

    def clean(self) -> Arguments:
        """Refuses an empty form: units that did not come are entered as missing, so that no goods are lost."""
        data = super().clean() or {}
        for n in EXTRA_ROWS:
            if data.get(f"extra{n}_sku") and not data.get(f"extra{n}_quantity"):
                self.add_error(f"extra{n}_quantity", _("Enter how many."))
        counts = [f"{item.line_id}-{condition}" for item in self.lines for condition in self.conditions]
        if not self.errors and not any(data.get(name) for name in counts):
            if self.late:
                raise ValidationError(_("You haven't counted anything. Enter the units that came."))
            raise ValidationError(_("You haven't counted anything. If nothing arrived, enter the units as missing."))
        return data

    def _add_extras(self) -> None:
        """Goods that nobody announced: an SKU code, or none where they are not known."""
        for n in EXTRA_ROWS:
            self.fields[f"extra{n}_sku"] = forms.CharField(
                label=_("extra goods %(n)d: SKU code") % {"n": n}, required=False, max_length=64,
                help_text=_("For goods nobody announced. Leave it empty if you don't know what they are."),
            )  # fmt: skip
            self.fields[f"extra{n}_quantity"] = forms.IntegerField(
                label=_("extra goods %(n)d: units") % {"n": n}, required=False, min_value=0, max_value=MAX_UNITS
            )
            self.fields[f"extra{n}_condition"] = forms.ChoiceField(
                label=_("extra goods %(n)d: condition") % {"n": n}, required=False, choices=CONDITIONS
            )

    def extras(self) -> list[Context]:
        """More units of the ticket's own goods are named by their line, others by their code."""
        data, extras = self.cleaned_data, []
        by_code = {comparable(item.line.sku.code): item.line_id for item in self.row.__dict__["_counted_lines"]}
        for n in EXTRA_ROWS:
            sku, units = data.get(f"extra{n}_sku", "").strip(), data.get(f"extra{n}_quantity")
            if not units:
                continue
            line_id = by_code.get(comparable(sku)) if sku else None
            what = {"line_id": line_id} if line_id else {"sku": sku}
            condition = data.get(f"extra{n}_condition") or Condition.AS_NEW.value
            extras.append({**what, "quantity": units, "condition": condition})
        return extras

    @property
    def consequence(self) -> str:
        return next_steps.receiving(self.row)

    def arguments(self) -> Arguments:
        data = self.cleaned_data
        return {
            "units": self.counted(),
            "extras": self.extras(),
            "note": data["note"],
            "deduction": data.get("deduction") or ZERO,
            "deduction_consent": data.get("deduction_consent", False),
            "version": data["version"],
        }


class ReasonForm(VerbForm):
    reason = text_field(_("reason"), required=True)


class RefuseForm(SeenForm, ReasonForm):
    photos = FilesField()


class ShipBackForm(WaybillForm):
    freight_paid = amount_field(_("shipping the buyer paid"))
    freight_collect = forms.BooleanField(label=_("sent collect"), required=False)

    def prepare(self) -> None:
        super().prepare()
        self.initial["freight_collect"] = self.row.return_freight_collect


class ReshipForm(DecisionForm, WaybillForm):
    verb = "reship"
    advance = forms.BooleanField(label=_("Send before the goods are back"), required=False)
    note = text_field(_("note"), help_text=_("If you send it early, say why."))

    def prepare(self) -> None:
        if not awaits_goods(self.row):
            del self.fields["advance"]
        if all(virtual for virtual in self.row.lines.values_list("line__virtual", flat=True)):
            self.fields["tracking_no"].required = False


class ProofForm(VerbForm):
    photos = FilesField()
    note = text_field(_("note"), help_text=_("The buyer can read it."))


class HandOverForm(VerbForm):
    to = forms.ChoiceField(label=_("hand over to"))
    note = text_field(_("what they need to know"), required=True, max_length=1000)

    def prepare(self) -> None:
        field = self.fields["to"]
        field.choices = [(one.username, limits.colleague(one)) for one in colleagues(self.row, self.actor)]  # type: ignore[attr-defined]


class ConvertForm(DecisionForm):
    verb = "convert"
    to = forms.ChoiceField(
        label=_("convert to"), choices=[(kind.value, kind.label) for kind in (Type.RETURN_REFUND, Type.REFUND_ONLY)]
    )
    note = text_field(_("note"))
