"""Payments against refunds, refunds against tickets and against the books of the sandbox channel (contract §7)."""

from .check import Check

# A refund that failed or came back has freed its money. All others keep it, whether they have arrived or not.
RESERVED = """
    SELECT 'payment.refunded', p.channel || ' ' || p.transaction_no, p.refunded - p.refunded_before,
           coalesce(r.amount, 0)
    FROM orders_payment p
    LEFT JOIN (
        SELECT payment_id, sum(amount) AS amount
        FROM refunds_refund WHERE status NOT IN ('failed', 'returned') GROUP BY payment_id
    ) r ON r.payment_id = p.id
    WHERE p.refunded - p.refunded_before <> coalesce(r.amount, 0)
"""

# The CHECK of the payment guards the stored total; this compares the refunds themselves.
CAPTURED = """
    SELECT 'refunds within the payment', p.channel || ' ' || p.transaction_no, sum(r.amount), p.captured
    FROM orders_payment p JOIN refunds_refund r ON r.payment_id = p.id
    WHERE r.status NOT IN ('failed', 'returned') GROUP BY p.id HAVING sum(r.amount) > p.captured
"""

# What the bank has: as much of the chargebacks as the refunds leave, and never more than the payment.
CHARGED_BACK = """
    SELECT v.what, p.channel || ' ' || p.transaction_no, v.stored, v.computed
    FROM orders_payment p
    LEFT JOIN (
        SELECT k.payment_id, coalesce(sum(least(k.amount, p.captured)) FILTER (WHERE k.status = 'open'), 0) AS disputed,
               coalesce(sum(least(k.amount, p.captured)) FILTER (WHERE k.status = 'lost'), 0) AS lost,
               sum(k.excess) AS excess
        FROM refunds_chargeback k JOIN orders_payment p ON p.id = k.payment_id GROUP BY k.payment_id
    ) c ON c.payment_id = p.id
    LEFT JOIN (
        SELECT payment_id, sum(charged_back) AS amount,
               coalesce(sum(amount) FILTER (WHERE status IN ('pending', 'processing')), 0) AS waiting
        FROM refunds_refund GROUP BY payment_id
    ) r ON r.payment_id = p.id,
    LATERAL (VALUES
        ('payment.disputed', p.disputed, coalesce(c.disputed, 0)),
        ('payment.lost', p.lost, coalesce(c.lost, 0)),
        ('payment.charged_back', p.charged_back,
         least(coalesce(c.disputed, 0) + coalesce(c.lost, 0), p.captured - p.refunded)),
        ('chargeback.excess', coalesce(c.excess, 0),
         greatest(p.disputed + p.lost - p.charged_back - coalesce(r.waiting, 0), 0)),
        ('refunds paid by the bank', greatest(coalesce(r.amount, 0) - p.charged_back, 0), 0)
    ) v (what, stored, computed)
    WHERE v.stored <> v.computed
"""

# One of the gateway's own refunds stands behind two of ours. Alipay names the payment, and the sandbox nothing.
GATEWAY_NO = """
    SELECT 'gateway no. of one refund', p.channel || ' ' || r.gateway_no, count(*), 1
    FROM refunds_refund r JOIN orders_payment p ON p.id = r.payment_id
    WHERE r.gateway_no <> '' AND p.channel IN ('wechatpay', 'stripe')
    GROUP BY p.channel, r.gateway_no HAVING count(*) > 1
"""

# Every refund is asked for by a ticket. One without would be money that nobody decided about.
ORPHANS = """
    SELECT 'refund without ticket', r.refund_no, r.amount, 0
    FROM refunds_refund r LEFT JOIN aftersales_ticketrefund x ON x.refund_id = r.id
    WHERE x.id IS NULL AND r.status NOT IN ('failed', 'returned')
"""

# What somebody settled by hand went back another way; the sandbox must not have it too.
NOT_CARRIED_OUT = """
    SELECT 'refund in the sandbox''s books', r.refund_no, r.amount, coalesce(b.amount, 0)
    FROM refunds_refund r
    JOIN orders_payment p ON p.id = r.payment_id
    LEFT JOIN refunds_sandboxrefund b
      ON b.refund_no = r.refund_no AND b.transaction_no = p.transaction_no AND b.carried_out_at IS NOT NULL
      AND b.returned_at IS NULL
    WHERE p.channel = 'sandbox' AND r.status = 'succeeded' AND r.proposed_by IS NULL
      AND r.amount IS DISTINCT FROM b.amount
"""

# An open refund may be carried out already: its outcome is not known here yet (LOST-).
CARRIED_OUT = """
    SELECT 'sandbox''s books in refunds', b.refund_no, coalesce(r.amount, 0), b.amount
    FROM refunds_sandboxrefund b
    LEFT JOIN refunds_refund r
      ON r.refund_no = b.refund_no AND r.status NOT IN ('failed', 'returned') AND r.proposed_by IS NULL
    WHERE b.carried_out_at IS NOT NULL AND b.returned_at IS NULL AND r.amount IS DISTINCT FROM b.amount
"""

# What has arrived is what counts as refunded without what is owed of it, and never less than nothing.
OWED = """
    SELECT 'refund owed within what counts', o.order_no, o.refund_owed, v.counts
    FROM orders_order o,
    LATERAL (
        SELECT coalesce(sum(l.refunded_amount), 0) + o.freight_refunded - o.promotion_kept + o.promotion_open AS counts
        FROM orders_orderline l WHERE l.order_id = o.id
    ) v
    WHERE o.refund_owed > 0 AND o.refund_owed > v.counts
"""

# Of those whose refunds failed or came back, and were neither tried again nor paid by the bank: whether a chargeback is
# open of every payment that they go back along.
HELD = """
    SELECT 'ticket.refund_held', t.ticket_no, t.refund_held::int, coalesce(u.is_held, false)::int
    FROM aftersales_ticket t
    LEFT JOIN (
        SELECT x.ticket_id, bool_and(p.disputed > 0) AS is_held
        FROM refunds_refund r
        JOIN aftersales_ticketrefund x ON x.refund_id = r.id
        JOIN orders_payment p ON p.id = r.payment_id
        WHERE r.status IN ('failed', 'returned') AND r.charged_back = 0
          AND NOT EXISTS (SELECT FROM refunds_refund n WHERE n.shop_id = r.shop_id AND n.retry_of_id = r.id)
        GROUP BY x.ticket_id
    ) u ON u.ticket_id = t.id
    WHERE t.refund_held <> coalesce(u.is_held, false)
"""

CHECKS = (
    Check(("payment.refunded",), RESERVED),
    Check(("refunds within the payment",), CAPTURED),
    Check(
        ("payment.disputed", "payment.lost", "payment.charged_back", "chargeback.excess", "refunds paid by the bank"),
        CHARGED_BACK,
    ),
    Check(("gateway no. of one refund",), GATEWAY_NO),
    Check(("refund without ticket",), ORPHANS),
    Check(("refund in the sandbox's books",), NOT_CARRIED_OUT),
    Check(("sandbox's books in refunds",), CARRIED_OUT),
    Check(("refund owed within what counts",), OWED),
    Check(("ticket.refund_held",), HELD),
)
