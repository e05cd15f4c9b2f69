"""Figures of money for the finance page: what waits, what went out by the ledger, the fees of the channels, and which
refunds were confirmed by the day promised. One statement a question; amounts of different currencies are never added
up."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from refunds.policy import STUCK_AFTER

from .queries import Scope, fetch

UNDER_WAY, STUCK, UNPAID, SECOND = "under_way", "stuck", "unpaid", "second"
TO_APPROVE, TO_PAY, PAYING, CHARGEBACKS = "to_approve", "to_pay", "paying", "chargebacks"
# A promise is made when a refund is sent, and none is for more than so long.
MAX_PROMISE = timedelta(days=31)


class Outstanding(NamedTuple):
    """`rows`: refunds, payables or chargebacks, as `what` says. `oldest`: since when; of what is being paid through a
    channel, since the transfer was chosen."""

    what: str
    currency: str
    rows: int
    amount: Decimal
    oldest: datetime


class Out(NamedTuple):
    """What left on a day, less what came back on it. `about`: refund, payable or chargeback; `account`: of the channel,
    or of the bank; `rows`: how many refunds, payables or chargebacks took money out."""

    day: datetime
    about: str
    currency: str
    account: str
    rows: int
    amount: Decimal


class Promises(NamedTuple):
    """Refunds whose promised day lies in the range: confirmed `in_time`, until then, or `late`, after it. By the
    channel, or by the second person of a settlement by hand: when the buyer's bank shows the money, no channel says."""

    channel: str
    promised: int
    in_time: int
    late: int
    still_open: int


class Fees(NamedTuple):
    """Fees of a channel by the ledger. `unknown`: that its bills list for payments that nobody here knows, less what of
    it was given back: not booked."""

    channel: str
    currency: str
    charged: Decimal
    given_back: Decimal
    unknown: Decimal


# Both partial indexes of what is under way and of what was not paid hold all of it.
_WAITING = """
SELECT v.what, o.currency, count(*), sum(r.amount), min(r.created_at)
FROM refunds_refund r
JOIN orders_payment p ON p.shop_id = r.shop_id AND p.id = r.payment_id
JOIN orders_order o ON o.shop_id = p.shop_id AND o.id = p.order_id
LEFT JOIN refunds_refund again ON again.shop_id = r.shop_id AND again.retry_of_id = r.id,
LATERAL (VALUES
    ('under_way', r.next_attempt_at IS NOT NULL),
    ('stuck', r.next_attempt_at IS NOT NULL AND r.created_at < %(stuck)s),
    ('unpaid', r.status IN ('failed', 'returned') AND again.id IS NULL AND r.charged_back = 0),
    ('second', r.status IN ('failed', 'returned') AND again.id IS NULL AND r.charged_back = 0
               AND r.proposed_by IS NOT NULL
            OR r.status = 'returned' AND r.look_again_at IS NOT NULL AND r.redirection_proposed_by IS NOT NULL
               AND EXISTS (SELECT FROM refunds_redirection d
                           WHERE d.shop_id = r.shop_id AND d.refund_id = r.id AND d.state = 'proposed')
            OR r.next_attempt_at IS NOT NULL AND r.status = 'processing' AND NOT r.on_hold
               AND r.called_off_at IS NULL AND r.call_off_proposed_by IS NOT NULL)
) v (what, is_so)
WHERE v.is_so AND (r.next_attempt_at IS NOT NULL OR r.status IN ('failed', 'returned'))
  AND (%(every)s OR r.shop_id = ANY(%(shops)s))
GROUP BY 1, 2
UNION ALL
SELECT CASE y.status WHEN 'pending' THEN 'to_approve' WHEN 'approved' THEN 'to_pay' ELSE 'paying' END, o.currency,
       count(*), sum(y.amount), min(coalesce(t.created_at, y.created_at))
FROM refunds_payable y
JOIN orders_order o ON o.shop_id = y.shop_id AND o.id = y.order_id
LEFT JOIN refunds_transfer t ON y.status = 'paying' AND t.shop_id = y.shop_id AND t.transfer_no = y.transfer_no
WHERE y.status IN ('pending', 'approved', 'paying') AND (%(every)s OR y.shop_id = ANY(%(shops)s))
GROUP BY 1, 2
UNION ALL
SELECT 'chargebacks', o.currency, count(*), sum(c.amount), min(c.opened_at)
FROM refunds_chargeback c
JOIN orders_payment p ON p.shop_id = c.shop_id AND p.id = c.payment_id
JOIN orders_order o ON o.shop_id = p.shop_id AND o.id = p.order_id
WHERE c.status = 'open' AND (%(every)s OR c.shop_id = ANY(%(shops)s))
GROUP BY 1, 2
ORDER BY 1, 3 DESC, 2
"""
# What a courier pays the shop comes in, and is no part of it.
_OUT = """
SELECT date_trunc('day', e.at AT TIME ZONE %(zone)s), e.about, e.currency,
       CASE WHEN 'cash' IN (e.debit, e.credit) THEN 'cash' ELSE 'channel' END,
       count(*) FILTER (WHERE e.credit IN ('channel', 'cash')),
       sum(CASE WHEN e.credit IN ('channel', 'cash') THEN e.amount ELSE -e.amount END)
FROM refunds_ledgerentry e
WHERE e.about IN ('refund', 'payable', 'chargeback')
  AND NOT ('courier_claims' IN (e.debit, e.credit) OR 'courier_compensation' IN (e.debit, e.credit))
  AND (e.debit IN ('channel', 'cash') OR e.credit IN ('channel', 'cash'))
  AND e.at BETWEEN %(start)s AND %(end)s AND (%(every)s OR e.shop_id = ANY(%(shops)s))
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2 DESC, 3, 4
"""
# A correction takes from the side on which the fee was booked. What is of no payment is seen by who sees every shop.
_FEES = """
SELECT f.channel, f.currency, sum(f.charged), sum(f.given_back), sum(f.unknown)
FROM (
    SELECT p.channel, e.currency,
           CASE WHEN e.kind = 'fee_charged' THEN e.amount
                WHEN e.kind = 'fee_corrected' AND e.credit = 'fees' THEN -e.amount ELSE 0 END AS charged,
           CASE WHEN e.kind = 'fee_given_back' THEN e.amount
                WHEN e.kind = 'fee_corrected' AND e.debit = 'fees' THEN -e.amount ELSE 0 END AS given_back,
           0 AS unknown
    FROM refunds_ledgerentry e JOIN orders_payment p ON p.shop_id = e.shop_id AND p.id = e.payment_id
    WHERE e.about = 'fee' AND e.at BETWEEN %(start)s AND %(end)s AND (%(every)s OR e.shop_id = ANY(%(shops)s))
    UNION ALL
    SELECT n.channel, n.currency, 0, 0, n.amount FROM refunds_channelfee n
    WHERE %(every)s AND n.payment_id IS NULL AND n.amount <> 0 AND n.at BETWEEN %(start)s AND %(end)s
) f
GROUP BY 1, 2 ORDER BY 1, 2
"""
_PROMISES = """
SELECT p.channel, count(*), count(*) FILTER (WHERE r.settled_at <= r.expected_at),
       count(*) FILTER (WHERE r.settled_at > r.expected_at), count(*) FILTER (WHERE r.settled_at IS NULL)
FROM refunds_refund r
JOIN orders_payment p ON p.shop_id = r.shop_id AND p.id = r.payment_id
WHERE r.created_at BETWEEN %(earliest)s AND %(end)s AND r.expected_at BETWEEN %(start)s AND %(end)s
  AND (%(every)s OR r.shop_id = ANY(%(shops)s))
GROUP BY 1 ORDER BY 2 DESC, 1
"""


def waiting(scope: Scope, now: datetime) -> list[Outstanding]:
    """At this moment, whatever the range; a refund may be counted under several words."""
    return [Outstanding(*row) for row in fetch(_WAITING, scope.parameters(stuck=now - STUCK_AFTER))]


def out(scope: Scope) -> list[Out]:
    return [Out(*row) for row in fetch(_OUT, scope.parameters())]


def fees(scope: Scope) -> list[Fees]:
    return [Fees(*row) for row in fetch(_FEES, scope.parameters())]


def promises(scope: Scope) -> list[Promises]:
    rows = fetch(_PROMISES, scope.parameters(earliest=scope.range.start - MAX_PROMISE))
    return [Promises(*row) for row in rows]
