"""What a caller may do with a refund now."""

from kernel.actors import SUPPORT, Actor

from ..machine import OPEN, Status
from ..models import Refund
from .retry import is_leader


def allowed_actions(refund: Refund, actor: Actor) -> list[str]:
    """Names as in the URL. Fetch with `retried_as`: a refund that was tried again is done with."""
    is_open = refund.status in OPEN
    # The reverse side of a one-to-one raises an AttributeError where there is no row.
    failed = refund.status == Status.FAILED and not hasattr(refund, "retried_as")
    names = []
    if is_leader(actor) and (is_open or failed):
        names.append("retry")
    # Who proposed a settlement by hand cannot confirm it.
    if failed and (actor.is_manager or actor.kind == SUPPORT) and refund.proposed_by != actor.user_id:
        names.append("settle")
    return names
