"""What is open about refunds, as conditions: the filter of their list and the numbers that lead there read the same.

All of it is in two partial indexes, of what is under way and of what failed, so it does not slow down as refunds grow.
"""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, Q, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.money import ZERO

from .machine import Status
from .policy import STUCK_AFTER

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from .models import Refund

UNDER_WAY, STUCK, FAILED, SECOND = "under_way", "stuck", "failed", "second"
LABELS: dict[str, "str | Promise"] = {
    UNDER_WAY: _("under way"),
    STUCK: _("under way for more than 4 hours"),
    FAILED: _("failed and not settled"),
    SECOND: _("waits for a second person"),
}
# Open refunds are those with a next attempt.
_OPEN = Q(next_attempt_at__isnull=False)
_FAILED = Q(status=Status.FAILED, retried_as__isnull=True)
# What the two indexes hold: all conditions are among it, and it has no join that would keep them from being used.
UNSETTLED = _OPEN | Q(status=Status.FAILED)


class Money(NamedTuple):
    """Refunds of one currency."""

    currency: str
    refunds: int
    amount: Decimal


def conditions(now: datetime) -> dict[str, Q]:
    return {
        UNDER_WAY: _OPEN,
        STUCK: _OPEN & Q(created_at__lt=now - STUCK_AFTER),
        FAILED: _FAILED,
        SECOND: _FAILED & Q(proposed_by__isnull=False),
    }


def money(rows: "QuerySet[Refund]") -> list[Money]:
    """A row a currency, that of most refunds first. One statement."""
    grouped = rows.order_by().values_list("payment__order__currency").annotate(n=Count("pk"), total=Sum("amount"))
    return [Money(code, n, total or ZERO) for code, n, total in grouped.order_by("-n", "payment__order__currency")]
