"""A push: applied to every followed parcel of its number, whichever shop's, and each by itself (F24)."""

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from kernel.actors import COURIER
from kernel.calls import clock

from .. import couriers
from ..couriers import Push
from ..models import Tracking
from ..services.report import report_trace
from . import policy
from .chase import suspect_loss
from .ours import count_fault
from .silence import asked_by_then, tells_of_goods

if TYPE_CHECKING:
    from django.db.models import QuerySet

log = logging.getLogger(__name__)


def apply_push(push: Push, *, now: datetime) -> bool:
    """False: a fault of ours, and the source should push it again, a few times. A number that nobody follows changes
    nothing."""
    applied = True
    for tracking in followed(push.tracking_no).select_related("parcel__order__policy").order_by("pk"):
        if couriers.code_of(tracking.parcel.courier) not in push.couriers:
            continue
        try:
            with transaction.atomic():
                _apply(tracking, push, now)
        except Exception:
            log.exception("a push about parcel %s could not be applied", tracking.parcel_id)
            # Each push holds all scans, and so does the answer to a question: what fails for long is asked for.
            applied = count_fault(tracking) > policy.PUSHED_AGAIN and applied
    return applied


def followed(tracking_no: str) -> "QuerySet[Tracking]":
    return Tracking.objects.filter(parcel__tracking_no__same_number=tracking_no)


def _apply(tracking: Tracking, push: Push, now: datetime) -> None:
    wall, parcel = clock.wall(), report_trace(tracking.parcel, push.scans, now=now)
    columns: dict[str, object] = {"heard_at": wall, "answered_at": wall, "failures": 0, "fault": ""}
    if not parcel.is_on_the_way:
        columns |= {"next_at": None}
    elif push.over:  # nothing more is pushed, though it has not arrived: subscribed again, not at once
        columns |= {"subscribed_at": None, "next_at": wall + policy.APART}
    else:
        at = policy.after_answer(parcel.sent_at, wall, tracking.pk, subscribed=True)
        columns |= {
            "next_at": at if tells_of_goods(push.scans) else asked_by_then(tracking.parcel, at, wall, tried_at=wall)
        }
    Tracking.objects.filter(shop_id=tracking.shop_id, pk=tracking.pk).update(**columns)
    if push.in_vain:
        suspect_loss(parcel, after=policy.IN_VAIN_AFTER, actor=COURIER, now=now)
