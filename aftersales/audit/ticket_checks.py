"""What tickets have reserved and settled against the columns of lines and orders (ledger/allocation.py), and who waits
for an answer against the messages."""

from .check import Check

# Units count unless the ticket claims money alone. What a cheaper replacement gave back was paid when it was sent,
# whatever became of the ticket. Exchanges that ended before there were lines of replacements have none.
LINES = """
    WITH parts AS (
        SELECT i.line_id, i.quantity, i.unshipped, i.share_amount, i.refund_amount,
               coalesce(i.received_quantity, i.quantity) AS back,
               CASE WHEN o.currency = ANY(%(whole)s) THEN 0 ELSE 2 END AS places,
               t.status = ANY(%(reserving)s) AS reserved,
               t.status = 'completed' AND t.type = ANY(%(money)s) AND t.outcome = '' AS settled,
               t.claimed_amount IS NULL AS units,
               i.given_back, n.id IS NOT NULL AS exchanged, n.quantity AS sent,
               n.paid_amount - n.difference_paid AS moved
        FROM aftersales_ticketline i JOIN aftersales_ticket t ON t.id = i.ticket_id
        JOIN orders_order o ON o.id = t.order_id
        LEFT JOIN orders_orderline n ON n.id = i.replacement_id
    ), sums AS (
        SELECT line_id,
               coalesce(sum(quantity) FILTER (WHERE reserved AND units), 0) AS open_quantity,
               coalesce(sum(unshipped) FILTER (WHERE reserved AND units), 0) AS reserved_quantity,
               coalesce(sum(unshipped) FILTER (WHERE settled AND units), 0) AS cancelled_quantity,
               coalesce(sum(back) FILTER (WHERE settled AND units), 0) AS refunded_quantity,
               coalesce(sum(share_amount) FILTER (WHERE reserved AND units), 0)
               + coalesce(sum(round(share_amount * back / quantity, places)) FILTER (WHERE settled AND units), 0)
               + coalesce(sum(round(share_amount * sent / quantity, places)) FILTER (WHERE exchanged), 0)
               AS allocated_share,
               coalesce(sum(refund_amount) FILTER (WHERE reserved), 0) AS open_amount,
               coalesce(sum(refund_amount) FILTER (WHERE settled), 0) + sum(given_back) AS refunded_amount,
               coalesce(sum(sent) FILTER (WHERE exchanged), 0) AS exchanged_quantity,
               coalesce(sum(moved) FILTER (WHERE exchanged), 0) AS exchanged_amount
        FROM parts GROUP BY line_id
    )
    SELECT v.what, o.order_no || ' line ' || l.position, v.stored, v.computed
    FROM orders_orderline l
    JOIN orders_order o ON o.id = l.order_id
    LEFT JOIN sums s ON s.line_id = l.id,
    LATERAL (VALUES
        ('line.open_quantity', l.open_quantity, coalesce(s.open_quantity, 0)),
        ('line.reserved_quantity', l.reserved_quantity, coalesce(s.reserved_quantity, 0)),
        ('line.cancelled_quantity', l.cancelled_quantity, coalesce(s.cancelled_quantity, 0)),
        ('line.refunded_quantity', l.refunded_quantity, coalesce(s.refunded_quantity, 0)),
        ('line.allocated_share', l.allocated_share, least(coalesce(s.allocated_share, 0), l.paid_amount)),
        ('line.open_amount', l.open_amount, coalesce(s.open_amount, 0)),
        ('line.refunded_amount', l.refunded_amount - l.refunded_before, coalesce(s.refunded_amount, 0)),
        ('line.exchanged_quantity', l.exchanged_quantity, coalesce(s.exchanged_quantity, 0)),
        ('line.exchanged_amount', l.exchanged_amount, coalesce(s.exchanged_amount, 0))
    ) v (what, stored, computed)
    WHERE v.stored <> v.computed
"""

# A rejected ticket reserves nothing, but its case is open until it ends.
ORDERS = """
    WITH sums AS (
        SELECT order_id,
               coalesce(sum(freight_amount) FILTER (WHERE status = ANY(%(reserving)s)), 0) AS freight_open,
               coalesce(sum(freight_amount) FILTER (
                   WHERE status = 'completed' AND type = ANY(%(money)s) AND outcome = ''
               ), 0) AS freight_refunded,
               count(*) FILTER (WHERE status <> ALL(%(ended)s)) AS open_cases,
               count(*) FILTER (WHERE status = 'completed') AS succeeded_cases
        FROM aftersales_ticket GROUP BY order_id
    ), unpaid AS (
        SELECT t.order_id, sum(r.amount - r.charged_back) AS owed
        FROM refunds_refund r
        JOIN aftersales_ticketrefund l ON l.refund_id = r.id
        JOIN aftersales_ticket t ON t.id = l.ticket_id
        LEFT JOIN refunds_refund again ON again.retry_of_id = r.id
        WHERE r.status <> 'succeeded' AND again.id IS NULL
          AND (l.kind = 'ticket' AND t.status = 'completed'
               OR l.kind = 'difference' AND NOT l.is_supplement)
        GROUP BY 1
    )
    SELECT v.what, o.order_no, v.stored, coalesce(v.computed, 0)
    FROM orders_order o
    LEFT JOIN unpaid u ON u.order_id = o.id
    LEFT JOIN sums s ON s.order_id = o.id,
    LATERAL (VALUES
        ('order.freight_open', o.freight_open, s.freight_open),
        ('order.freight_refunded', o.freight_refunded - o.freight_refunded_before, s.freight_refunded),
        ('order.open_cases', o.open_cases, s.open_cases),
        ('order.succeeded_cases', o.succeeded_cases, s.succeeded_cases),
        ('order.refund_owed', o.refund_owed, u.owed)
    ) v (what, stored, computed)
    WHERE v.stored <> coalesce(v.computed, 0)
"""

# `refunded_amount` is set when a ticket completes: 0 while it is open, and for one that ended without a refund.
REFUNDED = """
    SELECT 'ticket.refunded_amount', t.ticket_no, t.refunded_amount, coalesce(p.paid, 0)
    FROM aftersales_ticket t
    LEFT JOIN (
        SELECT x.ticket_id, sum(r.amount) AS paid
        FROM aftersales_ticketrefund x JOIN refunds_refund r ON r.id = x.refund_id
        WHERE x.kind = 'ticket' AND r.status = 'succeeded' GROUP BY x.ticket_id
    ) p ON p.ticket_id = t.id
    WHERE t.refunded_amount <> CASE WHEN t.status = ANY(%(ended)s) THEN coalesce(p.paid, 0) ELSE 0 END
"""

# The CHECK allows less than was approved, because nothing was paid yet on an open ticket. A completed one must match,
# with what the buyer has from their bank, and with what is owed again since a settlement by hand was void: refunds that
# have not arrived and were not tried again.
APPROVED = """
    SELECT 'ticket paid what was approved', t.ticket_no,
           t.refunded_amount + coalesce(o.owed, 0) + coalesce(b.amount, 0), t.approved_amount
    FROM aftersales_ticket t
    LEFT JOIN (
        SELECT x.ticket_id, sum(r.amount) AS owed
        FROM aftersales_ticketrefund x JOIN refunds_refund r ON r.id = x.refund_id
        WHERE x.kind = 'ticket' AND r.status <> 'succeeded' AND r.charged_back = 0
          AND NOT EXISTS (SELECT FROM refunds_refund n WHERE n.shop_id = r.shop_id AND n.retry_of_id = r.id)
        GROUP BY x.ticket_id
    ) o ON o.ticket_id = t.id
    LEFT JOIN (
        SELECT x.ticket_id, sum(r.charged_back) AS amount
        FROM aftersales_ticketrefund x JOIN refunds_refund r ON r.id = x.refund_id
        WHERE x.kind = 'ticket' GROUP BY x.ticket_id
    ) b ON b.ticket_id = t.id
    WHERE t.status = 'completed' AND t.type = ANY(%(money)s) AND t.outcome = ''
      AND t.approved_amount IS DISTINCT FROM t.refunded_amount + coalesce(o.owed, 0) + coalesce(b.amount, 0)
"""

# A voucher or a gift costs what its accepted offer says, and all of an order never more than was paid for it.
IN_KIND = """
    SELECT 'ticket.outcome_cost', t.ticket_no, t.outcome_cost, f.amount
    FROM aftersales_ticket t
    LEFT JOIN aftersales_offer f ON f.ticket_id = t.id AND f.status = 'accepted' AND f.type = t.outcome
    WHERE t.outcome <> '' AND t.outcome_cost IS DISTINCT FROM f.amount
    UNION ALL
    SELECT 'order in kind within what was paid', o.order_no, sum(t.outcome_cost), o.amount
    FROM aftersales_ticket t JOIN orders_order o ON o.id = t.order_id
    WHERE t.outcome <> '' GROUP BY o.id HAVING sum(t.outcome_cost) > o.amount
"""

# The approved amount is the sum of its lines and the freight, less what is kept back for promotions.
PROMISED = """
    SELECT 'ticket.approved_amount', t.ticket_no, t.approved_amount, v.computed
    FROM aftersales_ticket t
    JOIN (
        SELECT ticket_id, sum(refund_amount) AS goods FROM aftersales_ticketline GROUP BY ticket_id
    ) i ON i.ticket_id = t.id,
    LATERAL (VALUES (
        i.goods + t.freight_amount - t.discount_lost - t.gift_kept - t.free_shipping_lost + t.promotion_waived
    )) v (computed)
    WHERE t.type = ANY(%(money)s) AND t.status IN ('pending_return', 'pending_refund', 'completed') AND t.outcome = ''
      AND t.approved_amount IS DISTINCT FROM v.computed
"""

# What is missing of a ticket is what its lines miss.
MISSING = """
    SELECT 'ticket.missing_quantity', t.ticket_no, t.missing_quantity, coalesce(i.missing, 0)
    FROM aftersales_ticket t
    JOIN (
        SELECT i.ticket_id, sum(i.quantity - i.received_quantity) AS missing
        FROM aftersales_ticketline i GROUP BY i.ticket_id
    ) i ON i.ticket_id = t.id
    WHERE t.missing_quantity <> coalesce(i.missing, 0)
"""

# The sweep `release_reservations` repairs these; the audit reports them, because a service left them behind.
RESERVED = """
    SELECT 'reservation of an ended ticket', v.holder, v.quantity, 0
    FROM orders_reservation v LEFT JOIN aftersales_ticket t ON t.shop_id = v.shop_id AND t.ticket_no = v.holder
    WHERE v.state = 'reserved' AND (t.id IS NULL OR t.status <> ALL(%(reserving)s))
"""

# Since the first of the buyer's messages that came in after the shop's last.
ANSWERS = """
    SELECT 'ticket.buyer_waits_since', t.ticket_no, t.buyer_waits_since, w.since
    FROM aftersales_ticket t
    LEFT JOIN (
        SELECT m.ticket_id, min(m.at) AS since
        FROM aftersales_message m
        WHERE m.author_kind = 'buyer' AND m.ticket_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM aftersales_message a
            WHERE a.ticket_id = m.ticket_id AND a.author_kind = 'merchant' AND a.id > m.id
        )
        GROUP BY m.ticket_id
    ) w ON w.ticket_id = t.id
    WHERE t.buyer_waits_since IS DISTINCT FROM w.since
"""

# On an order the shop answers by any message, on one of its tickets too.
QUESTIONS = """
    SELECT 'order.buyer_waits_since', o.order_no, o.buyer_waits_since, w.since
    FROM orders_order o
    LEFT JOIN (
        SELECT m.shop_id, m.order_id, min(m.at) AS since
        FROM aftersales_message m
        WHERE m.author_kind = 'buyer' AND m.ticket_id IS NULL AND NOT EXISTS (
            SELECT FROM aftersales_message a
            WHERE a.order_id = m.order_id AND a.author_kind = 'merchant' AND a.id > m.id
        )
        GROUP BY m.shop_id, m.order_id
    ) w ON w.shop_id = o.shop_id AND w.order_id = o.id
    WHERE o.buyer_waits_since IS DISTINCT FROM w.since
"""

CHECKS = (
    Check(
        (
            "line.open_quantity", "line.reserved_quantity", "line.cancelled_quantity", "line.refunded_quantity",
            "line.allocated_share", "line.open_amount", "line.refunded_amount", "line.exchanged_quantity",
            "line.exchanged_amount",
        ),
        LINES,
    ),
    Check(
        (
            "order.freight_open", "order.freight_refunded", "order.open_cases", "order.succeeded_cases",
            "order.refund_owed",
        ),
        ORDERS,
    ),
    Check(("ticket.refunded_amount",), REFUNDED),
    Check(("ticket paid what was approved",), APPROVED),
    Check(("ticket.outcome_cost", "order in kind within what was paid"), IN_KIND),
    Check(("ticket.approved_amount",), PROMISED),
    Check(("ticket.missing_quantity",), MISSING),
    Check(("reservation of an ended ticket",), RESERVED),
    Check(("ticket.buyer_waits_since",), ANSWERS),
    Check(("order.buyer_waits_since",), QUESTIONS),
)  # fmt: skip
