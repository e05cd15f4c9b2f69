from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.second_person import may_confirm as may_be_second
from accounts.second_person import require_second
from kernel.actors import Actor
from kernel.errors import Conflict, IllegalTransition, Invalid
from kernel.machine import advance
from orders import services as orders

from ..access import may_decide, only_deciders
from ..amounts import over_refund
from ..chargebacks import cap
from ..labels import SETTLEMENT_VOID, may_arrive_text
from ..machine import UNPAID
from ..models import Refund
from ..signals import refund_settled, settlement_proven
from .reserve import release, take
from .retry import not_held, not_retried


def settle_by_hand(
    refund: Refund, *, proof: str, note: str = "", evidence: Iterable[UUID] = (), actor: Actor, now: datetime
) -> Refund:
    """Money that went back another way after the gateway refused or the bank sent it back. One person says so with a
    proof, another confirms: a supervisor of support, or a manager who has been one for 30 days. 409 while the channel
    may still pay it, and while a bank holds its money or has given it to the payer."""
    only_deciders(actor)
    with transaction.atomic():
        orders.lock(refund.payment.order_id, shop_id=refund.shop_id)
        fresh = Refund.locked(refund.pk, shop_id=refund.shop_id)
        if fresh.status not in UNPAID:
            raise IllegalTransition.of_machine("settle", fresh.status, fresh.allowed_to(actor))
        not_retried(fresh)
        # Before anybody pays: the confirmation could not count it.
        not_held(fresh)
        if fresh.payment.left < fresh.amount:
            raise over_refund([fresh.payment])
        if fresh.may_arrive:
            raise Conflict(may_arrive_text())
        if files := list(evidence):
            settlement_proven.send(sender=Refund, refund=fresh, evidence=files, actor=actor, now=now)
        if fresh.proposed_by is None:
            return _propose(fresh, proof.strip(), note, actor, now)
        own = _("You proposed this settlement, so someone else has to confirm it.")
        require_second(actor.user_id, first=fresh.proposed_by, shop_id=fresh.shop_id, own=own, now=now)
        return _confirm(fresh, note, actor, now)


def may_confirm(refund: Refund, actor: Actor, now: datetime) -> bool:
    """Of a refund that one person has proposed to settle."""
    first = refund.proposed_by
    return may_decide(actor) and may_be_second(actor.user_id, first=first, shop_id=refund.shop_id, now=now)


def _propose(refund: Refund, proof: str, note: str, actor: Actor, now: datetime) -> Refund:
    if not proof:
        raise Invalid(errors={"proof": [_("Say how the money was paid back: enter the transfer number.")]})
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
    data = {"proof": refund.proof}
    settled = advance(refund.settle_by_hand, actor=actor, now=now, note=note, data=data, user_id=actor.user_id)
    refund_settled.send(sender=Refund, refunds=[settled], actor=actor, now=now)
    return settled


def void_settlement(refund: Refund, *, note: str, actor: Actor, now: datetime) -> Refund:
    """Support found that the money did not come: the refund has failed again, and its money is free on the payment,
    first for a chargeback that it left no money for. The caller has the order locked."""
    fresh = Refund.locked(refund.pk, shop_id=refund.shop_id)
    data = {"proof": fresh.proof}
    voided = advance(fresh.void_settlement, actor=actor, now=now, note=note, data=data, reason=SETTLEMENT_VOID)
    release(voided)
    cap.arrived(voided.payment, now=now)
    return Refund.objects.select_related("payment").get(shop_id=voided.shop_id, pk=voided.pk)
