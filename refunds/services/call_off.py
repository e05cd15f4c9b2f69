"""Calling a refund off whose outcome stays unknown: two people looked, and the channel is asked once more.

A request is one transaction, in which no channel is asked. So the confirmation is stored, the sender asks at its next
attempt, and fails the refund instead of sending it (outcome.not_there).
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.second_person import may_confirm, require_second, whom_to_ask
from kernel.actors import Actor
from kernel.calls import clock
from kernel.errors import Conflict, IllegalTransition, Invalid
from kernel.machine import advance
from orders import services as orders

from ..access import may_decide, only_deciders
from ..labels import CHARGEBACK_OPEN, error_text
from ..machine import Status
from ..models import Refund
from ..policy import CALL_OFF_AFTER, CALL_OFF_QUIET


def call_off(refund: Refund, *, note: str = "", actor: Actor, now: datetime) -> Refund:
    """One person says with a note what the channel's console shows, another confirms (as in settle_by_hand). Nothing
    is sent from then on; the refund fails once the channel says that it does not have it.

    403 for others; 409 where it has an outcome, was sent less than an hour ago, waits for a bank, or is called off.
    """
    only_deciders(actor)
    with transaction.atomic():
        orders.lock(refund.payment.order_id, shop_id=refund.shop_id)
        fresh = Refund.locked(refund.pk, shop_id=refund.shop_id)
        if fresh.status != Status.PROCESSING:
            raise IllegalTransition.of_machine("call_off", fresh.status, fresh.allowed_to(actor))
        if fresh.on_hold:
            raise Conflict(error_text(CHARGEBACK_OPEN))
        if fresh.called_off_at is not None:
            raise Conflict(_("It is called off already. The payment channel is being asked about it."))
        if fresh.call_off_proposed_by is None:
            return _propose(fresh, note.strip(), actor, now)
        return _confirm(fresh, note, actor, now)


def may_call_off(refund: Refund, actor: Actor, *, now: datetime) -> bool:
    if refund.status != Status.PROCESSING or refund.on_hold or refund.called_off_at or not may_decide(actor):
        return False
    if refund.call_off_proposed_by is None:
        return is_due(refund, now)
    return may_confirm(actor.user_id, first=refund.call_off_proposed_by, shop_id=refund.shop_id, now=now)


def is_due(refund: Refund, now: datetime) -> bool:
    """Whether it was sent so long ago that a person may conclude something. Of one that nobody has proposed to call
    off, the last transition is that it was sent."""
    return (refund.moved_at or refund.created_at) + CALL_OFF_AFTER <= now


def call_off_text(refund: Refund, *, now: datetime) -> str:
    """What a person can do about an outcome that stays unknown, and what has been done; empty where there is nothing
    to say."""
    if refund.status != Status.PROCESSING or refund.on_hold:
        return ""
    if refund.called_off_at is not None:
        return _(
            "It is called off and isn't sent any more. If the payment channel doesn't have it, it fails, and can be"
            " retried or settled manually. If the channel has it, its outcome counts."
        )
    if refund.call_off_proposed_by is not None:
        return whom_to_ask(refund.shop_id, refund.call_off_proposed_by, now=now)
    if not is_due(refund, now):
        return ""
    return _(
        "The outcome has been unknown for more than an hour. Look this number up in the payment channel's console. If"
        " it isn't there, call the refund off: then the buyer can be paid another way."
    )


def _propose(refund: Refund, note: str, actor: Actor, now: datetime) -> Refund:
    if not is_due(refund, now):
        raise Conflict(_("It was sent less than an hour ago. Wait: the payment channel is still being asked."))
    if not note:
        raise Invalid(errors={"note": [_("Say what the payment channel's console shows for this number.")]})
    return advance(refund.propose_call_off, actor=actor, now=now, note=note, seen=note, user_id=actor.user_id)


def _confirm(refund: Refund, note: str, actor: Actor, now: datetime) -> Refund:
    own = _("You proposed to call this refund off, so someone else has to confirm it.")
    require_second(actor.user_id, first=refund.call_off_proposed_by, shop_id=refund.shop_id, own=own, now=now)
    wall = clock.wall()
    return advance(
        refund.call_off,
        actor=actor,
        now=now,
        note=note,
        data={"seen": refund.call_off_note},
        user_id=actor.user_id,
        wall=wall,
        ask_at=wall + CALL_OFF_QUIET,
    )
