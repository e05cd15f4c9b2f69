"""What can be done with many tickets at once, and what has to be said for it: once, for all of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from aftersales import services
from aftersales.models import Ticket, Use, canned_responses
from aftersales.models.ticket_line import Condition
from aftersales.rules.eligibility import no_reason_return
from aftersales.states import RejectionGround
from web.forms import Arguments, text_field

Text = str | Promise


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
    reason = text_field(_("reason, shown to the buyer"), help_text=_("Empty: the canned response."))
    ground = forms.ChoiceField(
        label=_("ground"),
        required=False,
        choices=[("", "–"), *RejectionGround.choices],
        help_text=_("A no-reason return in time can be refused only on one of these."),
    )

    def prepare(self, tickets: list[Ticket]) -> None:
        shops = {ticket.shop_id for ticket in tickets}
        self.fields["template"].choices = [("", "–"), *canned_responses(shops)[Use.REJECT]]  # type: ignore[attr-defined]
        if not any(no_reason_return(ticket) for ticket in tickets):
            del self.fields["ground"]

    def clean(self) -> Arguments:
        data = super().clean() or {}
        if not (data.get("reason", "").strip() or data.get("template")):
            self.add_error("reason", _("Say why: the buyer will read it."))
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


VERBS = {
    verb.name: verb
    for verb in (
        BulkVerb(
            "approve",
            _("Approve"),
            services.approve,
            _("As requested, each. A refund without goods is paid at once; otherwise the buyer is given the address."),
        ),
        BulkVerb(
            "receive",
            _("Receive goods"),
            services.receive,
            _("Everything arrived in full. It goes back to stock, and a return is refunded at once."),
            ReceiveForm,
        ),
        BulkVerb(
            "reject",
            _("Reject"),
            services.reject,
            _("The buyer reads the reason and may apply again for some days, then the ticket is closed."),
            RejectForm,
            danger=True,
            pays=False,
        ),
    )
}
