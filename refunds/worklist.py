"""What is open about refunds, as conditions: the filter of their list and the numbers that lead there read the same.

All of it is in two partial indexes, of what is under way and of what failed, so it does not slow down as refunds grow.
"""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kernel.money import ZERO

from .machine import UNPAID, Status
from .policy import STUCK_AFTER
from .redirections.models import Redirection, State

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from .models import Refund

UNDER_WAY, STUCK, FAILED, SECOND = "under_way", "stuck", "failed", "second"
LABELS: dict[str, "str | Promise"] = {
    UNDER_WAY: pgettext_lazy("refund", "under way"),
    STUCK: _("under way for more than 4 hours"),
    FAILED: _("failed or returned, and not settled"),
    SECOND: _("waits for a second person"),
}
# Open refunds are those with a next attempt.
_OPEN = Q(next_attempt_at__isnull=False)
# Refused for good or sent back, not tried again, and not paid by a bank instead: money that is owed.
UNRESOLVED = Q(status__in=UNPAID, retried_as__isnull=True, charged_back=0)
# One person has proposed to settle it by hand, to send it to another account, or to call it off. A proposal of another
# account ends after some days, and then waits for nobody.
_SECOND = (
    UNRESOLVED & Q(proposed_by__isnull=False)
    | Q(status=Status.RETURNED, look_again_at__isnull=False, redirection_proposed_by__isnull=False)
    & Exists(Redirection.objects.filter(shop_id=OuterRef("shop_id"), refund=OuterRef("pk"), state=State.PROPOSED))
    | _OPEN & Q(status=Status.PROCESSING, on_hold=False, called_off_at=None, call_off_proposed_by__isnull=False)
)
# What the two indexes hold: all conditions are among it, and it has no join that would keep them from being used.
UNSETTLED = _OPEN | Q(status__in=UNPAID)


class Money(NamedTuple):
    """Refunds of one currency."""

    currency: str
    refunds: int
    amount: Decimal


def conditions(now: datetime) -> dict[str, Q]:
    return {
        UNDER_WAY: _OPEN,
        STUCK: _OPEN & Q(created_at__lt=now - STUCK_AFTER),
        FAILED: UNRESOLVED,
        SECOND: _SECOND,
    }


def money(rows: "QuerySet[Refund]") -> list[Money]:
    """A row a currency, that of most refunds first. One statement."""
    grouped = rows.order_by().values_list("payment__order__currency").annotate(n=Count("pk"), total=Sum("amount"))
    return [Money(code, n, total or ZERO) for code, n, total in grouped.order_by("-n", "payment__order__currency")]
