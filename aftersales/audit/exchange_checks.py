"""Replacements against the exchanges that made them, and their money against the payments (B-15, F-8, F-9)."""

from .check import Check

# What a replacement is, from what its exchange was quoted and sent. A dearer one is worth what was paid on top, a
# cheaper one less what went back.
LINES = """
    SELECT v.what, o.order_no || ' line ' || n.position, v.stored, v.computed
    FROM orders_orderline n
    JOIN orders_order o ON o.id = n.order_id
    LEFT JOIN orders_orderline l ON l.id = n.replaces_id
    LEFT JOIN aftersales_ticketline i ON i.replacement_id = n.id
    LEFT JOIN aftersales_ticket t ON t.id = i.ticket_id AND t.type = 'exchange' AND t.status = 'completed',
    LATERAL (VALUES
        ('replacement.replaces', n.replaces_id, CASE WHEN t.id IS NULL THEN NULL ELSE i.line_id END),
        ('replacement.quantity', n.quantity, i.sent_quantity),
        ('replacement.unit_price', n.unit_price, i.exchange_price),
        ('replacement.difference_paid', n.difference_paid,
         greatest(round(i.difference * i.sent_quantity / i.quantity, 2), 0)),
        ('replacement.list_paid', n.list_paid, greatest(trunc(
            coalesce(l.list_paid, l.unit_price) + (n.difference_paid - i.given_back) / n.quantity,
            CASE WHEN o.currency = ANY(%(whole)s) THEN 0 ELSE 2 END
        ), 0))
    ) v (what, stored, computed)
    WHERE (n.replaces_id IS NOT NULL OR i.id IS NOT NULL) AND v.stored IS DISTINCT FROM v.computed
"""

# All that came in for an order is in its lines and its freight: exchanged units took their money along.
BALANCE = """
    SELECT 'lines against payments', o.order_no, l.held + o.freight, p.captured + l.differences
    FROM orders_order o
    JOIN (
        SELECT order_id, sum(paid_amount - exchanged_amount) AS held, sum(difference_paid) AS differences
        FROM orders_orderline GROUP BY order_id HAVING count(replaces_id) > 0
    ) l ON l.order_id = o.id
    JOIN (
        SELECT order_id, sum(captured) AS captured FROM orders_payment WHERE purpose = 'order' GROUP BY order_id
    ) p ON p.order_id = o.id
    WHERE l.held + o.freight <> p.captured + l.differences
"""

# A refund that failed and was tried again counts once, by its last attempt; what the bank paid of it counts as well.
REFUNDS = """
    refunds AS (
        SELECT r.payment_id, x.ticket_id, x.is_supplement,
               x.kind = 'difference' AND NOT x.is_supplement AS gives_back,
               CASE WHEN n.id IS NULL THEN r.amount ELSE r.charged_back END AS amount
        FROM refunds_refund r JOIN aftersales_ticketrefund x ON x.refund_id = r.id
        LEFT JOIN refunds_refund n ON n.retry_of_id = r.id
        WHERE n.id IS NULL OR r.charged_back > 0
    )
"""

# The payment of a difference: in its lines, or given back for units that were not sent. What its lines refund later
# is known to the lines.
PAYMENTS = f"""
    WITH {REFUNDS}, lines AS (
        SELECT difference_payment_id AS id, sum(difference_paid) AS paid, sum(difference_refunded) AS refunded
        FROM orders_orderline WHERE difference_payment_id IS NOT NULL GROUP BY difference_payment_id
    ), own AS (
        SELECT t.difference_payment_id AS id,
               coalesce(sum(r.amount) FILTER (WHERE r.is_supplement), 0) AS unused
        FROM aftersales_ticket t
        LEFT JOIN refunds r ON r.ticket_id = t.id AND r.payment_id = t.difference_payment_id
        WHERE t.difference_payment_id IS NOT NULL GROUP BY t.difference_payment_id
    ), all_of AS (SELECT payment_id AS id, sum(amount) AS amount FROM refunds GROUP BY payment_id)
    SELECT v.what, p.channel || ' ' || p.transaction_no, v.stored, v.computed
    FROM lines l
    JOIN orders_payment p ON p.id = l.id
    LEFT JOIN own ON own.id = l.id
    LEFT JOIN all_of a ON a.id = l.id,
    LATERAL (VALUES
        ('differences in lines', l.paid, p.captured - coalesce(own.unused, 0)),
        ('line.difference_refunded', l.refunded, coalesce(a.amount, 0) - coalesce(own.unused, 0))
    ) v (what, stored, computed)
    WHERE v.stored <> v.computed
"""  # noqa: S608  (texts of ours only)

# A payment of a difference that its own exchange pays back, and not one that went along to a line since. By the lines,
# which keep their payment; a ticket that is closed lets go of it.
SUPPLEMENTS = """
    SELECT 'refund of a paid difference', r.refund_no, x.is_supplement::int, v.own::int
    FROM aftersales_ticketrefund x
    JOIN refunds_refund r ON r.id = x.refund_id
    JOIN orders_payment p ON p.id = r.payment_id,
    LATERAL (
        SELECT x.kind = 'difference' AND p.purpose = 'difference' AND NOT EXISTS (
            SELECT FROM orders_orderline n JOIN aftersales_ticketline i ON i.replacement_id = n.id
            WHERE n.difference_payment_id = p.id AND i.ticket_id <> x.ticket_id
        ) AS own
    ) v
    WHERE x.is_supplement <> v.own
"""

# What cheaper replacements gave back.
GIVEN_BACK = f"""
    WITH {REFUNDS}
    SELECT 'ticket_line.given_back', t.ticket_no, sum(i.given_back), coalesce(max(r.amount), 0)
    FROM aftersales_ticket t
    JOIN aftersales_ticketline i ON i.ticket_id = t.id
    LEFT JOIN LATERAL (
        SELECT sum(amount) AS amount FROM refunds
        WHERE ticket_id = t.id AND gives_back
    ) r ON true
    WHERE t.reshipped_at IS NOT NULL
    GROUP BY t.id HAVING sum(i.given_back) <> coalesce(max(r.amount), 0)
"""  # noqa: S608  (texts of ours only)

# Points go along with the units, never more than there are; all of them with the last unit (F-7).
POINTS = """
    SELECT 'replacement.points', o.order_no || ' line ' || l.position, sum(n.points), l.points
    FROM orders_orderline n
    JOIN orders_orderline l ON l.id = n.replaces_id
    JOIN orders_order o ON o.id = l.order_id
    GROUP BY o.order_no, l.id
    HAVING sum(n.points) > l.points OR (l.exchanged_quantity = l.quantity AND sum(n.points) <> l.points)
"""

CHECKS = (
    Check(
        (
            "replacement.replaces", "replacement.quantity", "replacement.unit_price", "replacement.difference_paid",
            "replacement.list_paid",
        ),
        LINES,
    ),
    Check(("lines against payments",), BALANCE),
    Check(("differences in lines", "line.difference_refunded"), PAYMENTS),
    Check(("refund of a paid difference",), SUPPLEMENTS),
    Check(("ticket_line.given_back",), GIVEN_BACK),
    Check(("replacement.points",), POINTS),
)  # fmt: skip
