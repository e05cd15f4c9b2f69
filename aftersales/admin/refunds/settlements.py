"""Settling a refund by hand at the desk, with files that show it; and support's word where the buyer objects."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.files.base import File
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.admin.scope import user_of
from accounts.models import User
from accounts.second_person import whom_to_ask
from kernel.actors import SUPPORT, Actor
from refunds import services as refunds
from refunds.admin import SettleForm, may_settle, settled_text
from refunds.machine import UNPAID
from refunds.models import Refund
from web.admin.base import Panel, Verb
from web.admin.extension import extend
from web.context import Context
from web.forms import VerbForm, text_field
from web.money import format_money

from ... import services
from ...access import acting_on
from ...conditions import settlement_disputed
from ...models import Evidence, Ticket, TicketRefund
from ...selectors.refunds.by_hand import ByHand, disputed, paid_by_hand
from ..files import FilesField, store


class SettleWithFilesForm(SettleForm):
    photos = FilesField()


def settle(
    refund: Refund, *, proof: str, note: str = "", photos: Sequence[File] = (), actor: Actor, now: datetime
) -> Refund:
    shop = refund.payment.order.shop
    evidence = store(list(photos), shop, kind=Evidence.Kind.PAYMENT, actor=actor, now=now)
    return refunds.settle_by_hand(refund, proof=proof, note=note, evidence=evidence, actor=actor, now=now)


def settlement(refund: Refund, request: HttpRequest) -> Context | None:
    """What was said, by whom, and, while it waits for the second person, who that may be."""
    if refund.proposed_by is None:
        return None
    link = TicketRefund.objects.filter(shop_id=refund.shop_id, refund=refund).first()
    waits = refund.status in UNPAID
    return {
        "proof": refund.proof,
        "by": User.objects.filter(pk=refund.proposed_by).first(),
        "files": Evidence.objects.filter(shop_id=refund.shop_id, pk__in=link.proof_files) if link else [],
        "ask": whom_to_ask(refund.shop_id, refund.proposed_by, now=timezone.now()) if waits else "",
        "objected_at": link.objected_at if link else None,
    }


SETTLEMENT = Panel(_("Manual settlement"), "admin/refunds/settlement.html", settlement)
SETTLE = Verb(
    "settle",
    _("Settle manually"),
    settle,
    SettleWithFilesForm,
    _(
        "Only for money that was paid back another way. One person enters the proof and a second confirms it: a "
        "supervisor of platform support, or someone who has been a manager for 30 days. The buyer sees the proof and "
        "can object."
    ),
    may_settle,
    danger=True,
    done=settled_text,
    subject=SETTLEMENT,
)


class RuleSettlementForm(VerbForm):
    settlements = forms.MultipleChoiceField(label=_("which"), widget=forms.CheckboxSelectMultiple)
    void = forms.BooleanField(
        label=_("The money didn't arrive: it's owed again"),
        required=False,
        help_text=_("Otherwise, the settlement stands."),
    )
    note = text_field(_("note"), required=True, help_text=_("The buyer and the shop can read it."), max_length=1000)

    def prepare(self) -> None:
        """Where the buyer objects to one there is nothing to choose."""
        links = disputed(self.row)
        if len(links) < 2:
            del self.fields["settlements"]
            return
        currency = self.row.order.currency
        choices = [(link.number, f"{link.number} · {format_money(link.amount, currency)}") for link in links]
        field: Any = self.fields["settlements"]
        field.choices, field.initial = choices, [link.number for link in links]


def settlements(ticket: Ticket, request: HttpRequest) -> Context | None:
    """What the buyer may object to: which refunds and payables were paid by hand and not ruled on yet, by which two
    people and with which proof; and what they say where they did. Nothing is read where there is none."""
    if ticket.by_hand_at is None and not settlement_disputed(ticket):
        return None
    links = [link for link in paid_by_hand(ticket) if link.ruled_at is None]
    people = {pk for link in links for pk in people_of(link)}
    names = {user.pk: user.display_name for user in User.objects.filter(pk__in=people)}
    proofs = [file for link in links for file in link.proof_files]
    objection = ticket.history().filter(action="object", data__about="settlement").last()
    actor, objected = acting_on(user_of(request), ticket), settlement_disputed(ticket)
    return {
        "rows": [(link, *(names.get(pk, "") for pk in people_of(link))) for link in links],
        "files": Evidence.objects.filter(shop_id=ticket.shop_id, pk__in=proofs),
        "currency": ticket.order.currency,
        "objection": objection if objected else None,
        "another": objected and actor.kind == SUPPORT and not services.may_rule_settlement(ticket, actor),
    }


def people_of(link: ByHand) -> tuple[int, int]:
    """The two: who proposed or approved it, and who confirmed or paid it."""
    if isinstance(link, TicketRefund):
        return link.refund.proposed_by or 0, link.refund.confirmed_by or 0
    return link.payable.approved_by or 0, link.payable.paid_by or 0


RULE_SETTLEMENT = Verb(
    "rule_settlement",
    _("Decide on the manual settlement"),
    services.rule_settlement,
    RuleSettlementForm,
    may=services.may_rule_settlement,
    inline=True,
    panel="settlement",
)
SETTLEMENTS = Panel(_("Settled manually"), "admin/aftersales/settlements.html", settlements, name="settlement")
extend(Refund, panels=[SETTLEMENT], verbs=[SETTLE])
