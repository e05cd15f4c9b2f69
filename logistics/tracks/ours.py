"""What a source told and we could not store: counted, and asked for again ever more seldom."""

from kernel.calls import clock

from ..models import Tracking
from . import policy
from .models import TrackingFault
from .silence import asked_by_then


def count_fault(tracking: Tracking) -> int:
    """How often in a row it failed here. `tracking`: with its parcel, order and policy."""
    wall, again = clock.wall(), tracking.fault == TrackingFault.OURS
    failures = tracking.failures + 1 if again else 1
    wait = max(policy.after_failures(failures, tracking.pk), policy.APART)
    at = policy.unless_over(wall + wait, tracking.parcel.sent_at, wall)
    Tracking.objects.filter(shop_id=tracking.shop_id, pk=tracking.pk).update(
        fault=TrackingFault.OURS,
        failures=failures,
        asked_at=wall,
        next_at=asked_by_then(tracking.parcel, at, wall, tried_at=wall),
    )
    return failures
