"""Fetch and authorise in one query: a row of somebody else is answered with 404, like one that does not exist."""

from typing import TYPE_CHECKING

from accounts.access import actor_for, visible
from accounts.models import User
from kernel.access import get_or_not_found
from kernel.actors import Actor
from kernel.errors import NotFound

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
