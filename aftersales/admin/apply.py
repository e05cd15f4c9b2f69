"""Applying on the buyer's behalf, from the page of the order."""

from dataclasses import replace
from datetime import datetime

from django import forms
from django.core.files.base import File
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kernel.actors import MERCHANT, Actor
from kernel.errors import Invalid
from orders.machine import Status as OrderStatus
from orders.models import Order, OrderLine
from web.admin.base import Verb
from web.forms import Arguments, VerbForm, amount_field, text_field
from web.money import format_money

from .. import services
from ..models import Evidence, Ticket, reasons_of
from ..rules.application import Application, LineRequest
from ..rules.freight import freight_left
from ..states import Type
from .files import FilesField, store


class ApplyForm(VerbForm):
    """Type and reason are one choice, because each reason belongs to one type."""

    reason = forms.ChoiceField(label=_("type and reason"))
    description = text_field(_("description"), max_length=2000, help_text=_("In the buyer's own words."))
    received = forms.BooleanField(label=_("The buyer has the goods"), required=False)
    claimed_amount = amount_field(
        _("claimed amount"), help_text=_("Only for compensation without a return. Otherwise leave empty.")
    )

    photos = FilesField()

    def prepare(self) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        for reason in reasons_of(self.row.shop_id):
            # With the type, because a code is unique only within its type.
            chosen = f"{reason.type}:{reason.code}"
            group = groups.setdefault(str(Type(reason.type).label), [])
            group.append((chosen, reason.label))
            group += [(f"{chosen}:{kind.code}", f"{reason.label} · {kind.label}") for kind in reason.kinds]
        self.fields["reason"].choices = [("", "–"), *groups.items()]  # type: ignore[attr-defined]
        self.initial["received"] = any(line.delivered_at is not None for line in self.row.lines.all())
        # Where all units are refunded, money may have been kept back (B-21): it is claimed on the line.
        freight = freight_left(self.row) > 0
        rows = self.row.lines.all()
        self.lines = [line for line in rows if line.free_quantity > 0 or line.free_amount > 0 or freight]
        for line in self.lines:
            self.fields[f"units_{line.pk}"] = forms.IntegerField(
                label=line.shown_name,
                required=False,
                min_value=0,
                max_value=line.free_quantity or line.quantity,
                help_text=self._left(line),
            )
            self.fields[f"sku_{line.pk}"] = forms.CharField(
                label=_("exchanged for SKU"),
                required=False,
                max_length=64,
                help_text=_("Only for exchanges. Empty means the same item."),
            )
        self.order_fields([name for line in self.lines for name in (f"units_{line.pk}", f"sku_{line.pk}")])

    def _left(self, line: OrderLine) -> str:
        if line.free_quantity > 0:
            return gettext("up to %(units)d") % {"units": line.free_quantity}
        amount = format_money(line.free_amount + freight_left(self.row), self.row.currency)
        return gettext("no units left; up to %(amount)s can still be claimed") % {"amount": amount}

    def arguments(self) -> Arguments:
        data = self.cleaned_data
        type_, reason, *kind = data["reason"].split(":")
        swap = type_ == Type.EXCHANGE
        lines = tuple(
            # A SKU that was entered before the type was changed is left out.
            LineRequest(line.pk, units, data.get(f"sku_{line.pk}", "") if swap else "")
            for line in self.lines
            if (units := data.get(f"units_{line.pk}"))
        )
        received = data["received"] or None  # unticked: as the courier reports
        application = Application(
            type_, reason, lines, data["description"], data["claimed_amount"], received, sub_reason="".join(kind)
        )
        return {"application": application, "photos": data["photos"]}


def apply(order: Order, *, application: Application, photos: list[File], actor: Actor, now: datetime) -> Ticket:
    evidence = store(photos, order.shop, actor=actor, now=now)
    return services.apply(order, replace(application, evidence=evidence), actor=actor, now=now)


def to_ticket(ticket: Ticket) -> str:
    return reverse("admin:aftersales_ticket_change", args=[ticket.pk])


APPLY = Verb(
    "apply",
    _("Request for the buyer"),
    apply,
    ApplyForm,
    _("Opens a ticket as the buyer would. The history shows that you did it on their behalf."),
    services.may_apply_for_buyer,
    next_url=to_ticket,
)


class ProveDeliveryForm(VerbForm):
    photos = FilesField()


def prove_delivery(order: Order, *, photos: list[File], actor: Actor, now: datetime) -> Order:
    """By one picture. Invalid with another number of them; a step with files is tried without them first."""
    if len(photos) != 1:
        text = gettext("Add one picture, such as the signed delivery slip or the courier's tracking page.")
        raise Invalid(errors={"photos": [text]})
    [proof] = store(photos, order.shop, kind=Evidence.Kind.WAYBILL, actor=actor, now=now)
    return services.deliver(order, proof=proof, actor=actor, now=now)


def may_prove(order: Order, actor: Actor) -> bool:
    unproven = any(line.shipped_quantity and not line.delivery_proven for line in order.lines.all())
    return actor.kind == MERCHANT and order.status == OrderStatus.SHIPPED and unproven


PROVE_DELIVERY = Verb(
    "prove_delivery",
    _("Prove delivery"),
    prove_delivery,
    ProveDeliveryForm,
    _("Also counts if the buyer says nothing arrived. The buyer sees the picture."),
    may_prove,
)
