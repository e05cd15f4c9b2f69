"""Fetch and authorise in one query: a row of somebody else is answered with 404, like one that does not exist. And who
decides about money that has left, or is owed beyond refunds."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.access import actor_for, visible
from accounts.models import User
from kernel.access import get_or_not_found
from kernel.actors import SUPPORT, Actor
from kernel.errors import Forbidden, NotFound

from .models import Refund

if TYPE_CHECKING:
    from django.db.models import QuerySet


def refunds_of(user: User) -> "QuerySet[Refund]":
    rows = Refund.objects.select_related("payment__order", "retry_of")
    return rows.filter(visible(user, buyer="payment__order__buyer_id"))


def refund_for(user: User, refund_no: str) -> tuple[Refund, Actor]:
    refund = get_or_not_found(refunds_of(user), refund_no=refund_no)
    return refund, acting_on(user, refund)


def acting_on(user: User, refund: Refund) -> Actor:
    actor = actor_for(user, shop_id=refund.shop_id, buyer_id=refund.payment.order.buyer_id)
    if actor is None:
        raise NotFound()
    return actor


def may_decide(actor: Actor) -> bool:
    return actor.is_manager or actor.kind == SUPPORT


def only_deciders(actor: Actor) -> None:
    """403 for everybody else who sees the row."""
    if not may_decide(actor):
        raise Forbidden(_("Only a manager of the shop or platform support can do this. Ask one of them."))
