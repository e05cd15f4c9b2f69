"""What waits for the buyer, as one condition on tickets: the badge, the buyer's first page and the tab of their list.

A rejected ticket waits for them while its clock runs, because the time to apply again passes with it. What the shop or
support has to do does not: goods that were refused, a replacement that is missing, an objection.
"""

from django.db.models import Q

from ..states import RETURN_TYPES, Alert, Due, Status

_TO_CONFIRM = Q(status=Status.RESHIPPED, lost_at=None, not_arrived_at=None)
_TO_APPLY_AGAIN = Q(status=Status.REJECTED, due_action=Due.CLOSE, goods_refused_at=None)
_TO_CORRECT = Q(
    status__in=(Status.PENDING_REFUND, Status.PENDING_RESHIP),
    alerts__has_key=Alert.DOUBTFUL_TRACKING,
    type__in=RETURN_TYPES,
    returnless=False,
    received_at=None,
)
# The same as `conditions.waits_for_buyer`; `pending_action` puts it into words.
WAITS_FOR_BUYER = (
    Q(offered_at__isnull=False)
    | Q(status=Status.PENDING_SUPPLEMENT)
    | Q(status=Status.PENDING_RETURN, pickup_open=False)
    | _TO_CONFIRM
    | _TO_APPLY_AGAIN
    | _TO_CORRECT
)
