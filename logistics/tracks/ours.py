"""What a source told and we could not store: counted, and asked for again ever more seldom."""

from kernel.calls import clock

from ..models import Tracking
from . import policy
from .models import TrackingFault


def count_fault(tracking: Tracking) -> int:
    """How often in a row it failed here. `tracking`: with its parcel."""
    wall, again = clock.wall(), tracking.fault == TrackingFault.OURS
    failures = tracking.failures + 1 if again else 1
    at = wall + max(policy.after_failures(failures, tracking.pk), policy.APART)
    Tracking.objects.filter(shop_id=tracking.shop_id, pk=tracking.pk).update(
        fault=TrackingFault.OURS,
        failures=failures,
        asked_at=wall,
        next_at=policy.unless_over(at, tracking.parcel.sent_at, wall),
    )
    return failures
