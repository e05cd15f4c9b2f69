from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import SUPPORT, Actor
from kernel.errors import Forbidden, IllegalTransition, Invalid
from kernel.machine import advance
from orders import services as orders

from ..machine import Status
from ..models import Refund
from ..signals import refund_settled
from .reserve import take
from .retry import not_retried


def settle_by_hand(refund: Refund, *, proof: str, note: str = "", actor: Actor, now: datetime) -> Refund:
    """Money that went back another way after the gateway refused. One person says so with a proof, another confirms."""
    if not (actor.is_manager or actor.kind == SUPPORT):
        raise Forbidden(_("Only a manager of the shop or platform support may do this. Ask one."))
    with transaction.atomic():
        orders.lock(refund.payment.order_id, shop_id=refund.shop_id)
        fresh = Refund.locked(refund.pk, shop_id=refund.shop_id)
        if fresh.status != Status.FAILED:
            raise IllegalTransition("settle", fresh.status, fresh.allowed(actor.kind))
        not_retried(fresh)
        if fresh.proposed_by is None:
            return _propose(fresh, proof.strip(), note, actor, now)
        if fresh.proposed_by == actor.user_id:
            raise Forbidden(_("You proposed this settlement yourself. Somebody else has to confirm it."))
        return _confirm(fresh, note, actor, now)


def _propose(refund: Refund, proof: str, note: str, actor: Actor, now: datetime) -> Refund:
    if not proof:
        raise Invalid(errors={"proof": [_("Say how the money went back: the number of the transfer.")]})
    return advance(
        refund.propose_settlement,
        actor=actor,
        now=now,
        note=note,
        data={"proof": proof},
        proof=proof,
        user_id=actor.user_id,
    )


def _confirm(refund: Refund, note: str, actor: Actor, now: datetime) -> Refund:
    # `fail` gave the amount free. Another refund may have used it since: then this raises 409.
    take(refund.payment, refund.amount)
    settled = advance(refund.settle_by_hand, actor=actor, now=now, note=note, data={"proof": refund.proof})
    refund_settled.send(sender=Refund, refund=settled, actor=actor, now=now)
    return settled
