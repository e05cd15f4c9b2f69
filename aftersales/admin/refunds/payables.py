"""The two people of a payable at the desk: the first here because it counts in their daily limit, the second because
the buyer reads on the ticket what was paid, and may object."""

from collections.abc import Sequence
from datetime import datetime

from django.core.files.base import File
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.second_person import whom_to_ask
from kernel.actors import Actor
from refunds.models import Payable
from refunds.payables.admin import PayForm, may
from refunds.payables.machine import Payee
from web.admin.base import Panel, Verb
from web.admin.extension import extend
from web.context import Context

from ... import services
from ...models import Evidence, TicketPayable
from ..files import FilesField, store


def approved(payable: Payable) -> str:
    whom = whom_to_ask(payable.shop_id, payable.approved_by, now=timezone.now())
    return str(_("Approved. Someone else has to pay it now.")) + f" {whom}"


APPROVE = Verb(
    "approve",
    _("Approve"),
    services.approve_payable,
    consequence=_("It is owed. Someone else pays it and enters the proof."),
    may=may("approve"),
    done=approved,
)


class PayWithFilesForm(PayForm):
    photos = FilesField()

    def prepare(self) -> None:
        if self.row.payee != Payee.BUYER:
            del self.fields["photos"]


def pay(
    payable: Payable, *, proof: str, note: str = "", photos: Sequence[File] = (), actor: Actor, now: datetime
) -> Payable:
    evidence = store(list(photos), payable.order.shop, kind=Evidence.Kind.PAYMENT, actor=actor, now=now)
    return services.pay_payable(payable, proof=proof, note=note, evidence=evidence, actor=actor, now=now)


def settlement(payable: Payable, request: HttpRequest) -> Context | None:
    """What somebody paid the buyer another way, and what became of it."""
    link = TicketPayable.objects.filter(shop_id=payable.shop_id, payable=payable).select_related("ticket").first()
    if link is None or link.by_hand_at is None:
        return None
    files = Evidence.objects.filter(shop_id=payable.shop_id, pk__in=link.proof_files) if link.proof_files else []
    return {"proof": payable.proof, "files": files, "objected_at": link.objected_at}


PAY = Verb("pay", _("Mark as paid"), pay, PayWithFilesForm, may=may("pay"))
PROOF = Panel(_("Proof of payment"), "admin/refunds/settlement.html", settlement)
extend(Payable, verbs=[APPROVE, PAY], at=0)
extend(Payable, panels=[PROOF])
