"""What a caller may do with a refund now."""

from datetime import datetime

from kernel.actors import Actor

from ..machine import OPEN, Status
from ..models import Refund
from .retry import is_leader
from .settle_by_hand import may_confirm, may_propose


def allowed_actions(refund: Refund, actor: Actor, *, now: datetime) -> list[str]:
    """Names as in the URL. Fetch with `retried_as`: a refund that was tried again is done with."""
    is_open = refund.status in OPEN
    # The reverse side of a one-to-one raises an AttributeError where there is no row.
    failed = refund.status == Status.FAILED and not hasattr(refund, "retried_as")
    names = []
    if is_leader(actor) and (is_open or failed):
        names.append("retry")
    if failed and (may_propose(actor) if refund.proposed_by is None else may_confirm(refund, actor, now)):
        names.append("settle")
    return names
