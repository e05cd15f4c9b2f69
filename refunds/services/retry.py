from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import SUPPORT, Actor
from kernel.calls.clock import wall
from kernel.errors import Conflict, Forbidden, IllegalTransition
from kernel.jobs import enqueue_after_commit
from kernel.machine import record
from orders import services as orders

from ..labels import CHARGEBACK_OPEN, error_text
from ..machine import OPEN, UNPAID
from ..models import Refund
from ..signals import refund_retried
from .reserve import reserve


def retry(refund: Refund, *, actor: Actor, now: datetime) -> Refund:
    """While the outcome is unknown: the same number, now. After a definite failure, or where the bank sent the
    money back: a new refund, once. Where the channel may still pay what came back, it is only asked again.

    Answers the refund that is now on its way, or asked about. 409 for one that succeeded or was retried before.
    """
    only_leaders(actor)
    with transaction.atomic():
        # The order before the refund, as everywhere: with two lock orders two callers could deadlock.
        orders.lock(refund.payment.order_id, shop_id=refund.shop_id)
        fresh = Refund.locked(refund.pk, shop_id=refund.shop_id)
        if fresh.on_hold:
            raise Conflict(error_text(CHARGEBACK_OPEN))
        if fresh.status in OPEN:
            # The first request may still succeed, and a new number would then pay a second time (F3).
            return _same_number(fresh, actor, now)
        if fresh.status not in UNPAID:
            raise IllegalTransition.of_machine("retry", fresh.status, fresh.allowed_to(actor))
        not_retried(fresh)
        if fresh.may_arrive:
            return _ask_now(fresh, actor, now)
        not_held(fresh)
        new = reserve(fresh.payment, fresh.amount, actor=actor, now=now, retry_of=fresh)
        refund_retried.send(sender=Refund, old=fresh, new=new, actor=actor, now=now)
    return new


def is_leader(actor: Actor) -> bool:
    """A manager of the shop, or a supervisor of platform support."""
    return actor.is_manager or (actor.kind == SUPPORT and actor.role == "supervisor")


def only_leaders(actor: Actor) -> None:
    """403 for everybody else who sees the row."""
    if not is_leader(actor):
        raise Forbidden(_("Only a manager of the shop can do this. Ask one."))


def not_retried(refund: Refund) -> None:
    """409 for a refund that failed, and for which nothing is owed any more."""
    if refund.charged_back:
        raise Conflict(_("The bank has given the buyer this money back by a chargeback. It isn't paid again."))
    new = Refund.objects.filter(shop_id=refund.shop_id, retry_of=refund).first()
    if new is not None:
        raise Conflict(
            _("This refund was already retried as %(number)s. See that one.") % {"number": new.refund_no},
            details={"retried_as": new.refund_no},
        )


def not_held(refund: Refund) -> None:
    """409 while a bank decides on its payment: what it may give the payer is not paid another way."""
    if refund.payment.disputed:
        raise Conflict(error_text(CHARGEBACK_OPEN))


def _ask_now(refund: Refund, actor: Actor, now: datetime) -> Refund:
    """A new number beside one that may still arrive would pay twice (F3). The job `look_again` asks."""
    record(refund, "retry", refund.status, actor=actor, now=now)
    refund.look_again_at = wall()
    refund.save(update_fields=["look_again_at"])
    return refund


def _same_number(refund: Refund, actor: Actor, now: datetime) -> Refund:
    record(refund, "retry", refund.status, actor=actor, now=now)
    # The lease is not touched: an attempt that is under way ends before the next one begins.
    refund.next_attempt_at = wall()
    refund.save(update_fields=["next_attempt_at"])
    enqueue_after_commit("refunds.send", refund.pk)
    return refund
