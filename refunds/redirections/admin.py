"""Sending a refund on to another account, on its page: two forms, and what waits for a second person."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.second_person import whom_to_ask
from kernel.actors import Actor
from web.admin.base import Panel, Verb
from web.context import Context
from web.forms import VerbForm, text_field

from ..models import Refund
from . import services
from .banks import account_text
from .models import State, Target

PROPOSED = _("Proposed. It counts once a second person confirms.")


class RedirectForm(VerbForm):
    to = forms.ChoiceField(label=_("to"), choices=Target.choices, widget=forms.RadioSelect, initial=Target.CARD)
    bank_type = forms.CharField(
        label=_("bank, as the channel calls it"), required=False, max_length=32, help_text=_("Such as ICBC_DEBIT.")
    )
    bank_account = forms.CharField(
        label=_("number of the card"), required=False, max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        help_text=_("Encrypted, and forgotten once the channel has it. Only its last digits are shown."),
    )  # fmt: skip
    real_name = forms.CharField(
        label=_("holder of the card"), required=False, max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    note = text_field(_("how the buyer gave you this account"), required=True, max_length=240)


class ConfirmForm(VerbForm):
    redirection = forms.IntegerField(widget=forms.HiddenInput)
    note = text_field(_("note"), max_length=240)

    def prepare(self) -> None:
        row = services.proposed(self.row)
        self.initial["redirection"] = row.pk if row else None


def may_redirect(refund: Refund, actor: Actor) -> bool:
    return services.may_redirect(refund, actor)


def may_confirm(refund: Refund, actor: Actor) -> bool:
    return services.may_confirm_redirection(refund, actor, now=timezone.now())


def redirection(refund: Refund, request: HttpRequest) -> Context | None:
    """Where it is to go, by whose word, and who may confirm it; afterwards what became of it."""
    if refund.redirection_proposed_by is None and refund.redirected_at is None:
        return None
    row: Any = refund.redirections.filter(shop_id=refund.shop_id).order_by("-pk").first()
    if row is None:
        return None
    waits, now = row.state == State.PROPOSED, timezone.now()
    return {
        "row": row,
        "account": account_text(row.destination),
        "holder": services.masked_holder(row) if waits else "",
        "by": User.objects.filter(pk=row.proposed_by).first(),
        "ask": whom_to_ask(refund.shop_id, row.proposed_by, now=now) if waits else "",
    }


PANEL = Panel(_("Another account"), "admin/refunds/redirection.html", redirection)
VERBS = [
    Verb(
        "redirect",
        _("Send to another account"),
        services.propose_redirection,
        RedirectForm,
        _(
            "For money that the buyer's account didn't take. A second person confirms; then the channel sends it on "
            "under the same number, and the buyer sees to which account."
        ),
        may_redirect,
        done=lambda refund: PROPOSED,
    ),
    Verb(
        "confirm_redirection",
        _("Confirm the other account"),
        services.confirm_redirection,
        ConfirmForm,
        _("Compare the account with what the buyer wrote. The channel is told at once, and this can't be taken back."),
        may_confirm,
        danger=True,
        subject=PANEL,
        done=lambda refund: _("Confirmed. The money counts as paid back once the channel says that it arrived."),
    ),
]
WORDS = {"propose_redirection": _("Another account proposed"), "redirect": _("Sent to another account")}
