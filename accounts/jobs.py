"""Erasures whose time has come, and those of which the law lets go of more."""

from datetime import datetime

from django.db.models import Q

from kernel.actors import CLOCK
from kernel.errors import Conflict
from kernel.jobs import Outcome, register

from .privacy.erasure import State, carry_out
from .privacy.models import ErasureRequest

BATCH = 100


def erase_people(now: datetime, dry_run: bool) -> Outcome:
    """Requests that were not withdrawn in time. A person with something open is skipped, and asked about again in the
    next run."""
    due = Q(state=State.REQUESTED, due_at__lte=now) | Q(state=State.CARRIED_OUT, keep_until__lte=now)
    # Also what was killed between the account and its records.
    rows = ErasureRequest.objects.filter(due | Q(state=State.CARRIED_OUT, keep_until=None)).select_related("user")
    if dry_run:
        return Outcome(done=rows.count())
    outcome = Outcome()
    for request in rows.order_by("due_at", "id")[:BATCH]:
        try:
            carry_out(request, actor=CLOCK, now=now)
            outcome += Outcome(done=1)
        except Conflict:
            outcome += Outcome(skipped=1)
    return outcome


# An hour is long to wait for the next run, so a lost database is tried again earlier.
register("accounts.erase_people", erase_people, order=90, every=3600.0, retries=3)
