"""Settling a refund by hand at the desk, with files that show it; and support's word where the buyer objects."""

from collections.abc import Sequence
from datetime import datetime

from django import forms
from django.core.files.base import File
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.actors import Actor
from refunds import services as refunds
from refunds.admin import SettleForm, may_settle
from refunds.machine import Status
from refunds.models import Refund
from web.admin.base import Panel, Verb
from web.admin.extension import extend
from web.context import Context
from web.forms import VerbForm, text_field

from ... import services
from ...models import Evidence, TicketRefund
from ..files import FilesField, store


class SettleWithFilesForm(SettleForm):
    photos = FilesField()


def settle(
    refund: Refund, *, proof: str, note: str = "", photos: Sequence[File] = (), actor: Actor, now: datetime
) -> Refund:
    shop = refund.payment.order.shop
    evidence = store(list(photos), shop, kind=Evidence.Kind.PAYMENT, actor=actor, now=now)
    return refunds.settle_by_hand(refund, proof=proof, note=note, evidence=evidence, actor=actor, now=now)


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
)


def settlement(refund: Refund, request: HttpRequest) -> Context | None:
    """What was said, and, while it waits for the second person, who that may be."""
    if refund.proposed_by is None:
        return None
    link = TicketRefund.objects.filter(shop_id=refund.shop_id, refund=refund).first()
    waits = refund.status == Status.FAILED
    return {
        "proof": refund.proof,
        "files": Evidence.objects.filter(shop_id=refund.shop_id, pk__in=link.proof_files) if link else [],
        "ask": refunds.whom_to_ask(refund, now=timezone.now()) if waits else "",
        "objected_at": link.objected_at if link else None,
    }


class RuleSettlementForm(VerbForm):
    void = forms.BooleanField(
        label=_("The money didn't arrive: it's owed again"),
        required=False,
        help_text=_("Otherwise, the settlement stands."),
    )
    note = text_field(_("note"), required=True, help_text=_("The buyer and the shop can read it."), max_length=1000)


RULE_SETTLEMENT = Verb(
    "rule_settlement", _("Decide on the manual settlement"), services.rule_settlement, RuleSettlementForm, inline=True
)
extend(Refund, panels=[Panel(_("Manual settlement"), "admin/refunds/settlement.html", settlement)], verbs=[SETTLE])
