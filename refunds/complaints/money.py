"""What the channel did with the money of a complaint, as a person reads it in the channel's merchant platform."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import SUPPORT, Actor
from kernel.errors import Forbidden, Invalid
from kernel.machine import advance

from ..access import only_deciders
from ..chargebacks.machine import Status as ChargebackStatus
from ..chargebacks.reasons import COMPLAINT
from ..chargebacks.record import record_chargeback
from ..models import Chargeback, Complaint

NOTE_LENGTH = 240


def statuses_for(actor: Actor) -> list[ChargebackStatus]:
    """The shop alone would end by its word what it owes the buyer."""
    if actor.kind == SUPPORT:
        return list(ChargebackStatus)
    return [ChargebackStatus.OPEN, ChargebackStatus.WON]


@transaction.atomic
def report_money(
    complaint: Complaint, *, amount: Decimal, chargeback_status: str, note: str, actor: Actor, now: datetime
) -> Complaint:
    """Opens or ends the chargeback that has the complaint's number, by the service of every chargeback; its amount is
    the same each time. 403 for others than managers and support, and for a manager who says
    that the buyer has been paid; 400 for more than was paid or without a note, 409 as for every report."""
    only_deciders(actor)
    if ChargebackStatus(chargeback_status) not in statuses_for(actor):
        raise Forbidden(
            _("Only platform support says that the channel has paid the buyer. Say that it holds the money, and ask.")
        )
    payment = complaint.payment
    if amount > payment.captured:
        raise Invalid(errors={"amount": [_("This is more than was paid. Enter what the channel holds or took.")]})
    note = note.strip()
    if not note or len(note) > NOTE_LENGTH:
        raise Invalid(errors={"note": [_("Say in up to 240 characters where the channel says so.")]})
    record_chargeback(
        payment.order,
        transaction_no=payment.transaction_no,
        chargeback_no=complaint.complaint_no,
        amount=amount,
        status=chargeback_status,
        reason=COMPLAINT,
        channel=payment.channel,
        complaint=complaint,
        reported_at=now,
        actor=actor,
        now=now,
    )
    fresh = Complaint.locked(complaint.pk, shop_id=complaint.shop_id)
    reported: Complaint = advance(fresh.report_money, actor=actor, now=now, note=note, data={"amount": amount})
    return reported


def chargeback_of(complaint: Complaint) -> Chargeback | None:
    rows = Chargeback.objects.filter(
        shop_id=complaint.shop_id,
        payment_id=complaint.payment_id,
        chargeback_no__same_number=complaint.complaint_no,
    )
    return rows.select_related("payment").first()
