"""A second person agrees; a manager decides alone in an emergency, and somebody else reviews it: on the page of the
ticket."""

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.admin.scope import user_of
from kernel.actors import SUPPORT, Actor
from web.admin.base import Panel, Verb
from web.context import Context, Text
from web.forms import Arguments, SeenForm, VerbForm, amount_field, text_field
from web.money import format_money

from .. import services
from ..access import acting_on
from ..models import EmergencyOverride, Ticket
from ..selectors.foreseen import comes_to
from ..selectors.overrides import overrides_of
from ..states import OverrideState
from ..wording.overrides import instead_of, mails

RULINGS = [
    ("accept", _("The decision was right. The objection is dismissed")),
    ("object", _("The objection is right")),
]


class UpToForm(SeenForm):
    """Up to how much is decided: first what the next decision would give away."""

    amount = amount_field(_("up to"), required=True, help_text=_("In money and goods."))

    def prepare(self) -> None:
        self.initial["amount"] = comes_to(self.row)
        self.fields["amount"].show_hidden_initial = True


class EndorseForm(UpToForm):
    note = text_field(_("note"), max_length=500)


class BreakGlassForm(UpToForm):
    reason = text_field(
        _("why nobody else can be asked now"), required=True, max_length=1000,
        help_text=format_lazy(
            _(
                "At least {n} characters ({wide} in Chinese). Everyone who could have been the second person is "
                "alerted and can read it."
            ),
            n=services.MIN_REASON,
            wide=services.MIN_REASON // 2,
        ),
    )  # fmt: skip


class ReviewOverrideForm(VerbForm):
    """Of the oldest that waits for this person: a review, or support's decision on an objection."""

    override = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    decision = forms.ChoiceField(
        label=_("your review"), choices=[("accept", _("Accept")), ("object", _("Object"))], widget=forms.RadioSelect
    )
    note = text_field(_("note"), help_text=_("Required for an objection."), max_length=1000)
    about: EmergencyOverride | None = None

    def prepare(self) -> None:
        self.about = next(iter(services.to_review(self.row, self.actor)), None)
        if self.about is None:
            return
        self.initial["override"] = self.about.pk
        if self.about.state == OverrideState.OBJECTED:
            self.fields["decision"].label = _("your decision")
            self.fields["decision"].choices = RULINGS  # type: ignore[attr-defined]
            self.fields["note"].required = True
            self.fields["note"].help_text = _("The shop and support can read it.")

    @property
    def consequence(self) -> str:
        if self.about is None:
            return ""
        facts = {
            "name": self.about.user.display_name, "amount": format_money(self.about.amount, self.row.currency),
        }  # fmt: skip
        return str(_consequence(self.about.state, self.actor)).format(**facts)

    def arguments(self) -> Arguments:
        data = self.cleaned_data
        return {"override": data["override"], "accept": data["decision"] == "accept", "note": data["note"]}


def _consequence(state: OverrideState, actor: Actor) -> Text:
    if state == OverrideState.OBJECTED:
        return _(
            "Decides on the objection to what {name} decided alone, up to {amount}. If it is right, {name} can't "
            "decide alone in this shop for 30 days. Money that has left stays where it is."
        )
    if actor.kind == SUPPORT:
        return _(
            "Reviews what {name} decided alone, up to {amount}. Your objection is final: what isn't decided yet needs "
            "another person, an open offer made on it ends, and {name} can't decide alone in this shop for 30 days."
        )
    return _(
        "Reviews what {name} decided alone, up to {amount}. After an objection, what isn't decided yet needs another "
        "person, an open offer made on it ends, and a supervisor of platform support decides whether the "
        "objection is right."
    )


def overrides(ticket: Ticket, request: HttpRequest) -> Context | None:
    """What was decided alone, who got a mail of it, and what became of it. Nothing is read of other tickets."""
    if not ticket.override:
        return None
    rows = list(overrides_of(ticket))
    actor = acting_on(user_of(request), ticket)
    may = may_review(ticket, actor)
    states = {row.state for row in rows}
    return {
        "overrides": [(row, instead_of(row), mails(row.alarms.all())) for row in rows],
        "currency": ticket.order.currency,
        "for_another": OverrideState.OPEN in states and not may,
        "for_support": OverrideState.OBJECTED in states and not may,
    }


def may_review(ticket: Ticket, actor: Actor) -> bool:
    return bool(services.to_review(ticket, actor))


ENDORSE = Verb(
    "endorse",
    _("Agree as second person"),
    services.endorse,
    EndorseForm,
    _("Someone else can then decide on the ticket as it is now, up to this amount."),
    lambda ticket, actor: services.may_endorse(ticket, actor, timezone.now()),
    done=lambda ticket: _("You agreed. Nothing is decided yet: someone else decides now."),
)
BREAK_GLASS = Verb(
    "break_glass",
    _("Decide alone (emergency)"),
    services.break_glass,
    BreakGlassForm,
    _(
        "You can then decide on the ticket as it is now without the second person and above your daily limit. "
        "Other managers and supervisors of support are alerted, and one of them reviews it."
    ),
    lambda ticket, actor: services.may_break_glass(ticket, actor, timezone.now()),
    danger=True,
    done=lambda ticket: _("You can decide alone now. Nothing is decided yet."),
)
REVIEW_OVERRIDE = Verb(
    "review_override",
    _("Save review"),
    services.review_override,
    ReviewOverrideForm,
    may=may_review,
    inline=True,
    panel="override",
)
OVERRIDES = Panel(_("Decided alone in an emergency"), "admin/aftersales/overrides.html", overrides, name="override")
