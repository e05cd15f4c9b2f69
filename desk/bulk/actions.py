"""What can be done with many tickets at once, and what has to be said for it: once, for all of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from aftersales import services
from aftersales.conditions import awaits_goods
from aftersales.models import Ticket, Use, canned_responses
from aftersales.models.ticket_line import Condition
from aftersales.rules.eligibility import no_reason_return
from aftersales.selectors.pending_action import desk_acts
from aftersales.states import RejectionGround
from kernel.errors import Conflict
from web.forms import Arguments, text_field

Text = str | Promise
# The other grounds need photos or a waybill of their own: such tickets are rejected one by one.
GROUNDS = (RejectionGround.EXEMPT_CONFIRMED, RejectionGround.LATE)


class BulkForm(forms.Form):
    """`arguments(ticket)` are the keyword arguments of the service for one of the tickets."""

    def __init__(self, *args: Any, tickets: Iterable[Ticket] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prepare(list(tickets))

    def prepare(self, tickets: list[Ticket]) -> None:
        """Choices that depend on the tickets."""

    def arguments(self, ticket: Ticket) -> Arguments:
        return {}

    def supposed(self, ticket: Ticket) -> Arguments:
        """For the rehearsal, before anything was typed."""
        return self.arguments(ticket)


class RejectForm(BulkForm):
    template = forms.ChoiceField(label=_("canned response"), required=False)
    reason = text_field(_("reason (the buyer sees it)"), help_text=_("Leave empty to use the canned response."))
    ground = forms.ChoiceField(
        label=_("ground"),
        required=False,
        choices=[("", "–"), *((ground, ground.label) for ground in GROUNDS)],
        help_text=_("A no-reason return within the period can only be rejected on one of these grounds."),
    )

    def prepare(self, tickets: list[Ticket]) -> None:
        shops = {ticket.shop_id for ticket in tickets}
        self.fields["template"].choices = [("", "–"), *canned_responses(shops)[Use.REJECT]]  # type: ignore[attr-defined]
        if not any(no_reason_return(ticket) for ticket in tickets):
            del self.fields["ground"]

    def clean(self) -> Arguments:
        data = super().clean() or {}
        if not (data.get("reason", "").strip() or data.get("template")):
            self.add_error("reason", _("Say why. The buyer will read it."))
        return data

    def arguments(self, ticket: Ticket) -> Arguments:
        data = self.cleaned_data
        ground = data.get("ground", "") if no_reason_return(ticket) else ""
        return {"reason": data["reason"].strip() or data["template"], "ground": ground}

    def supposed(self, ticket: Ticket) -> Arguments:
        return {"reason": "–"}


class ReceiveForm(BulkForm):
    condition = forms.ChoiceField(
        label=_("condition of all units"),
        choices=[(c.value, c.label) for c in (Condition.AS_NEW, Condition.RESELLABLE)],
        initial=Condition.AS_NEW,
        widget=forms.RadioSelect,
    )

    def arguments(self, ticket: Ticket) -> Arguments:
        return self._all(ticket, self.cleaned_data["condition"])

    def supposed(self, ticket: Ticket) -> Arguments:
        return self._all(ticket, Condition.AS_NEW)

    @staticmethod
    def _all(ticket: Ticket, condition: str) -> Arguments:
        units = [
            {"line_id": item.line_id, "quantity": item.quantity, "condition": condition} for item in ticket.lines.all()
        ]
        return {"units": units}


def receive_announced(ticket: Ticket, **arguments: Any) -> Ticket:
    """Not among many while the buyer has the next step, because nobody knows of a parcel: it would pay for nothing."""
    if awaits_goods(ticket) and not desk_acts(ticket):
        raise Conflict(gettext("The buyer still has to send the goods or to answer. Receive this one by itself."))
    if not awaits_goods(ticket):
        raise Conflict(gettext("It has been counted already. Receive missing units that came late by themselves."))
    return services.receive(ticket, **arguments)


@dataclass(frozen=True)
class BulkVerb:
    """`call(ticket, *, actor, now, **arguments)` is the very service that a single ticket is decided with."""

    name: str
    label: Text
    call: Callable[..., Ticket]
    consequence: Text
    form: type[BulkForm] = BulkForm
    danger: bool = False
    pays: bool = True  # the amounts of the tickets are what will be paid

    def amount(self, ticket: Ticket) -> Decimal | None:
        """What the page says of a ticket for which it was done; None where its type pays no money."""
        if not ticket.pays_money:
            return None
        return ticket.approved_amount if self.pays else ticket.requested_amount


VERBS = {
    verb.name: verb
    for verb in (
        BulkVerb(
            "approve",
            _("Approve"),
            services.approve,
            _(
                "Each as requested. Refunds without a return are paid right away. Otherwise, the buyer gets the "
                "address."
            ),
        ),
        BulkVerb(
            "receive",
            _("Receive goods"),
            receive_announced,
            _("Everything arrived. It goes back into stock, and returns are refunded right away."),
            ReceiveForm,
        ),
        BulkVerb(
            "reject",
            _("Reject"),
            services.reject,
            _(
                "The buyer sees your reason and can send a new request for a few days. After that, the ticket is "
                "closed."
            ),
            RejectForm,
            danger=True,
            pays=False,
        ),
    )
}
