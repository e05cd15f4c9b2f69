"""Applying on the buyer's behalf, from the page of the order."""

from dataclasses import replace
from datetime import datetime

from django import forms
from django.core.files.base import File
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kernel.actors import Actor
from orders.models import Order
from web.admin.base import Verb
from web.forms import Arguments, VerbForm, amount_field, text_field

from .. import services
from ..models import Reason, Ticket
from ..rules.application import Application, LineRequest
from ..states import Type
from .files import FilesField, store


class ApplyForm(VerbForm):
    """Type and reason are one choice, because each reason belongs to one type."""

    reason = forms.ChoiceField(label=_("type and reason"))
    description = text_field(_("description"), max_length=2000, help_text=_("What the buyer says, in their words."))
    received = forms.BooleanField(label=_("The buyer has the goods"), required=False)
    claimed_amount = amount_field(
        _("claimed amount"), help_text=_("Only for money without a return (compensation); empty otherwise.")
    )

    photos = FilesField()

    def prepare(self) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        for reason in Reason.objects.filter(active=True):
            # With the type, because a code is unique only within its type.
            groups.setdefault(str(Type(reason.type).label), []).append((f"{reason.type}:{reason.code}", reason.label))
        self.fields["reason"].choices = [("", "–"), *groups.items()]  # type: ignore[attr-defined]
        self.initial["received"] = self.row.delivered_at is not None
        self.lines = [line for line in self.row.lines.all() if line.free_quantity > 0]
        for line in self.lines:
            self.fields[f"units_{line.pk}"] = forms.IntegerField(
                label=f"{line.title} {line.spec}",
                required=False,
                min_value=0,
                max_value=line.free_quantity,
                help_text=_t("%(units)d may be claimed") % {"units": line.free_quantity},
            )
            self.fields[f"sku_{line.pk}"] = forms.CharField(
                label=_("exchanged for SKU"),
                required=False,
                max_length=64,
                help_text=_("Exchange only; empty: the same."),
            )
        self.order_fields([name for line in self.lines for name in (f"units_{line.pk}", f"sku_{line.pk}")])

    def arguments(self) -> Arguments:
        data = self.cleaned_data
        type_, reason = data["reason"].split(":", 1)
        swap = type_ == Type.EXCHANGE
        lines = tuple(
            # A SKU that was entered before the type was changed is left out.
            LineRequest(line.pk, units, data.get(f"sku_{line.pk}", "") if swap else "")
            for line in self.lines
            if (units := data.get(f"units_{line.pk}"))
        )
        received = data["received"] or None  # unticked: as the courier reports
        application = Application(type_, reason, lines, data["description"], data["claimed_amount"], received)
        return {"application": application, "photos": data["photos"]}


def apply(order: Order, *, application: Application, photos: list[File], actor: Actor, now: datetime) -> Ticket:
    evidence = store(photos, order.shop, actor=actor, now=now)
    return services.apply(order, replace(application, evidence=evidence), actor=actor, now=now)


def to_ticket(ticket: Ticket) -> str:
    return reverse("admin:aftersales_ticket_change", args=[ticket.pk])


APPLY = Verb(
    "apply",
    _("Apply for the buyer"),
    apply,
    ApplyForm,
    _("Opens a ticket as the buyer would; the history says that you did it on their behalf."),
    services.may_apply_for_buyer,
    next_url=to_ticket,
)
