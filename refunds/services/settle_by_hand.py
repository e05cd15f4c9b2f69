from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import confirms_for_shop, seasoned_managers
from kernel.actors import SUPPORT, Actor
from kernel.errors import Forbidden, IllegalTransition, Invalid
from kernel.languages import enumerated
from kernel.machine import advance
from orders import services as orders

from ..labels import SETTLEMENT_VOID
from ..machine import Status
from ..models import Refund
from ..signals import refund_settled, settlement_proven
from .reserve import release, take
from .retry import not_retried


def settle_by_hand(
    refund: Refund, *, proof: str, note: str = "", evidence: Iterable[UUID] = (), actor: Actor, now: datetime
) -> Refund:
    """Money that went back another way after the gateway refused. One person says so with a proof, another confirms:
    a supervisor of support, or a manager who has been one for 30 days."""
    if not may_propose(actor):
        raise Forbidden(_("Only a manager of the shop or platform support can do this. Ask one of them."))
    with transaction.atomic():
        orders.lock(refund.payment.order_id, shop_id=refund.shop_id)
        fresh = Refund.locked(refund.pk, shop_id=refund.shop_id)
        if fresh.status != Status.FAILED:
            raise IllegalTransition("settle", fresh.status, fresh.allowed_to(actor))
        not_retried(fresh)
        if files := list(evidence):
            settlement_proven.send(sender=Refund, refund=fresh, evidence=files, actor=actor, now=now)
        if fresh.proposed_by is None:
            return _propose(fresh, proof.strip(), note, actor, now)
        if fresh.proposed_by == actor.user_id:
            who = whom_to_ask(fresh, now=now)
            raise Forbidden(_("You proposed this settlement, so someone else has to confirm it.") + f" {who}")
        if not confirms_for_shop(actor.user_id, fresh.shop_id, now=now):
            raise Forbidden(whom_to_ask(fresh, now=now))
        return _confirm(fresh, note, actor, now)


def may_propose(actor: Actor) -> bool:
    return actor.is_manager or actor.kind == SUPPORT


def may_confirm(refund: Refund, actor: Actor, now: datetime) -> bool:
    """Of a refund that one person has proposed to settle."""
    other = actor.user_id != refund.proposed_by
    return may_propose(actor) and other and confirms_for_shop(actor.user_id, refund.shop_id, now=now)


def whom_to_ask(refund: Refund, *, now: datetime) -> str:
    """Who may be the second person, by name where the shop has one."""
    managers = seasoned_managers(refund.shop_id, now=now).exclude(user_id=refund.proposed_by or 0)
    names = enumerated(member.user.display_name for member in managers)
    if not names:
        return _("Ask a supervisor of platform support: the shop has no other manager of at least 30 days.")
    return _("Ask %(names)s, or a supervisor of platform support.") % {"names": names}


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
    """Support found that the money did not come: the refund has failed again, and its money is free on the payment. The
    caller has the order locked."""
    fresh = Refund.locked(refund.pk, shop_id=refund.shop_id)
    data = {"proof": fresh.proof}
    voided = advance(fresh.void_settlement, actor=actor, now=now, note=note, data=data, reason=SETTLEMENT_VOID)
    release(voided)
    return voided
