"""What the receiver says of a parcel."""

from datetime import datetime

from django_fsm import can_proceed

from kernel.actors import COURIER
from kernel.machine import advance

from ..models import Parcel, ParcelEvent


def confirm_arrival(parcel: Parcel, *, now: datetime) -> None:
    """The buyer has it, whatever was reported of it: also one that was given up as lost. Changes nothing where it has
    arrived already, or came back to the shop. Call with the order locked."""
    if not can_proceed(parcel.deliver):
        return
    # A buyer reports no scans: on the parcel the delivery counts as the courier's.
    moved = advance(
        parcel.deliver,
        actor=COURIER,
        now=now,
        data={"remark": "buyer_confirmed"},
        at=max(now, parcel.sent_at),
        proven=True,
    )
    scan = ParcelEvent(parcel=moved, at=now, status=moved.status, text="")
    ParcelEvent.objects.bulk_create([scan], ignore_conflicts=True)
