"""What a caller may do with a refund now."""

from datetime import datetime

from kernel.actors import Actor

from ..access import may_decide
from ..machine import OPEN, UNPAID
from ..models import Refund
from ..redirections.services import may_confirm_redirection, may_redirect
from .call_off import may_call_off
from .retry import is_leader
from .settle_by_hand import may_confirm


def allowed_actions(refund: Refund, actor: Actor, *, now: datetime) -> list[str]:
    """Names as in the URL. Fetch with `retried_as`: a refund that was tried again is done with."""
    is_open = refund.status in OPEN and not refund.on_hold
    # The reverse side of a one-to-one raises an AttributeError where there is no row.
    owed = refund.status in UNPAID and not refund.charged_back and not hasattr(refund, "retried_as")
    failed = owed and not refund.payment.disputed
    names = []
    # What the channel may still pay is only asked about, which moves nothing beside a bank.
    if is_leader(actor) and (is_open or failed or (owed and refund.may_arrive)):
        names.append("retry")
    settleable = failed and not refund.may_arrive
    if settleable and (may_decide(actor) if refund.proposed_by is None else may_confirm(refund, actor, now)):
        names.append("settle")
    if may_call_off(refund, actor, now=now):
        names.append("call-off")
    if may_redirect(refund, actor):
        names.append("redirect")
    if may_confirm_redirection(refund, actor, now=now):
        names.append("confirm-redirection")
    return names
