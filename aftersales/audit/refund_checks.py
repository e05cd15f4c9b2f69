"""Payments against refunds, refunds against tickets and against the books of the sandbox channel (contract §7)."""

from .check import Check

# A failed refund has given its money back to the payment. All others keep it, whether they have arrived or not.
RESERVED = """
    SELECT 'payment.refunded', p.channel || ' ' || p.transaction_no, p.refunded - p.refunded_before,
           coalesce(r.amount, 0)
    FROM orders_payment p
    LEFT JOIN (
        SELECT payment_id, sum(amount) AS amount FROM refunds_refund WHERE status <> 'failed' GROUP BY payment_id
    ) r ON r.payment_id = p.id
    WHERE p.refunded - p.refunded_before <> coalesce(r.amount, 0)
"""

# The CHECK of the payment guards the stored total; this compares the refunds themselves.
CAPTURED = """
    SELECT 'refunds within the payment', p.channel || ' ' || p.transaction_no, sum(r.amount), p.captured
    FROM orders_payment p JOIN refunds_refund r ON r.payment_id = p.id
    WHERE r.status <> 'failed' GROUP BY p.id HAVING sum(r.amount) > p.captured
"""

# Every refund is asked for by a ticket. One without would be money that nobody decided about.
ORPHANS = """
    SELECT 'refund without ticket', r.refund_no, r.amount, 0
    FROM refunds_refund r LEFT JOIN aftersales_ticketrefund x ON x.refund_id = r.id
    WHERE x.id IS NULL AND r.status <> 'failed'
"""

# What somebody settled by hand went back another way; the sandbox must not have it too.
NOT_CARRIED_OUT = """
    SELECT 'refund in the sandbox''s books', r.refund_no, r.amount, coalesce(b.amount, 0)
    FROM refunds_refund r
    JOIN orders_payment p ON p.id = r.payment_id
    LEFT JOIN refunds_sandboxrefund b
      ON b.refund_no = r.refund_no AND b.transaction_no = p.transaction_no AND b.carried_out_at IS NOT NULL
    WHERE p.channel = 'sandbox' AND r.status = 'succeeded' AND r.proposed_by IS NULL
      AND r.amount IS DISTINCT FROM b.amount
"""

# An open refund may be carried out already: its outcome is not known here yet (LOST-).
CARRIED_OUT = """
    SELECT 'sandbox''s books in refunds', b.refund_no, coalesce(r.amount, 0), b.amount
    FROM refunds_sandboxrefund b
    LEFT JOIN refunds_refund r ON r.refund_no = b.refund_no AND r.status <> 'failed' AND r.proposed_by IS NULL
    WHERE b.carried_out_at IS NOT NULL AND r.amount IS DISTINCT FROM b.amount
"""

CHECKS = (
    Check(("payment.refunded",), RESERVED),
    Check(("refunds within the payment",), CAPTURED),
    Check(("refund without ticket",), ORPHANS),
    Check(("refund in the sandbox's books",), NOT_CARRIED_OUT),
    Check(("sandbox's books in refunds",), CARRIED_OUT),
)
