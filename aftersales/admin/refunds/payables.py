"""The first of the two people of a payable, at the desk: here because it counts in their daily limit."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.second_person import whom_to_ask
from refunds.models import Payable
from refunds.payables.admin import may
from web.admin.base import Verb
from web.admin.extension import extend

from ... import services


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
extend(Payable, verbs=[APPROVE], at=0)
