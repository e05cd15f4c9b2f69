"""A channel's limits on the refunds of one transaction, over all processes: the time between two, and how many."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, Max, Q

from ..gateways import Limits
from ..machine import Status
from ..models import Refund

# What the channel has taken. A number that it refused, or has not answered yet, may not be among its own.
_ACCEPTED = Q(status__in=(Status.SUCCEEDED, Status.RETURNED), confirmed_by__isnull=True) | (
    Q(status=Status.PROCESSING) & ~Q(trace_no="")
)


# The locks of several transactions in the order of their keys, so that two callers never wait for each other.
_LOCK = """
SELECT pg_advisory_xact_lock(key) FROM (
    SELECT DISTINCT hashtextextended(name, 0) AS key FROM unnest(%s::text[]) AS name ORDER BY key
) AS keys
"""
_Transaction = tuple[int, str, str]  # shop id, channel, number


def free_at(
    refunds: Mapping[Refund, Limits], wall: datetime, *, within: timedelta = timedelta(0)
) -> dict[Refund, datetime | None]:
    """From when on each of the refunds may be sent; None where the channel takes no more of its transaction.

    In the caller's transaction, after the rows of the refunds were locked: until its end nobody else asks about these
    transactions, and what the caller writes to `sent_at` is seen by the next. The same number needs no distance.
    `within`: for how long after `wall` the caller goes on sending: the next one's distance is counted from there.
    """
    others = _sent_of(refunds)
    free: dict[Refund, datetime | None] = {}
    for refund, limit in refunds.items():
        sent_at, accepted = others.get(_transaction(refund), (None, 0))
        if limit.refunds is not None and accepted >= limit.refunds:
            free[refund] = None
            continue
        free[refund] = turn = max(sent_at + limit.spacing, wall) if sent_at else wall
        if turn == wall:
            others[_transaction(refund)] = (wall + within, accepted)  # the next one of the same transaction
    return free


def _transaction(refund: Refund) -> _Transaction:
    return refund.shop_id, refund.payment.channel, refund.payment.transaction_no


def _sent_of(refunds: Collection[Refund]) -> dict[_Transaction, tuple[datetime | None, int]]:
    """When the last of the other refunds of each transaction was sent, and how many its channel has taken."""
    keys = {_transaction(refund) for refund in refunds}
    with connection.cursor() as cursor:
        names = [f"refunds.spacing\x1f{channel}\x1f{number}" for _shop, channel, number in keys]
        # A statement of its own: the next one has to see what the last holders committed.
        cursor.execute(_LOCK, [names])
    # Several orders of a shop can share a transaction; orders of two shops cannot.
    columns = "shop_id", "payment__channel", "payment__transaction_no"
    of_these = dict(zip((f"{column}__in" for column in columns), map(set, zip(*keys, strict=True)), strict=True))
    others = Refund.objects.filter(**of_these).exclude(pk__in=[refund.pk for refund in refunds]).order_by()
    sent = others.values(*columns).annotate(at=Max("sent_at"), accepted=Count("pk", filter=_ACCEPTED))
    return {
        (shop, channel, number): (at, accepted)
        for shop, channel, number, at, accepted in sent.values_list(*columns, "at", "accepted")
    }


def wait_to_repeat(refund: Refund, limits: Limits, wall: datetime) -> timedelta | None:
    """Of a number that was sent before, and that the channel does not know. None: it may be sent again now, which is
    noted. What the channel has taken since is for the channel to judge."""
    with transaction.atomic(durable=True):
        # The row before the transaction's lock, as a claim does.
        Refund.locked(refund.pk, shop_id=refund.shop_id)
        at = free_at({refund: limits}, wall)[refund]
        if at is not None and at > wall:
            return at - wall
        Refund.objects.filter(shop_id=refund.shop_id, pk=refund.pk).update(sent_at=wall, answered_at=None)
    return None
