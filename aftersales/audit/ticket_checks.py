"""What tickets have reserved and settled against the columns of lines and orders (ledger/allocation.py), and who waits
for an answer against the messages."""

from .check import Check

# Units count unless the ticket claims money alone. A cheaper replacement was paid when its refund of the
# difference exists; then the (negative) difference of each ticket line is what was paid of it.
LINES = """
    WITH parts AS (
        SELECT i.line_id, i.quantity, i.unshipped, i.share_amount, i.refund_amount,
               coalesce(i.received_quantity, i.quantity) AS back,
               t.status = ANY(%(reserving)s) AS reserved,
               t.status = 'completed' AND t.type = ANY(%(money)s) AS settled,
               t.claimed_amount IS NULL AS units,
               CASE WHEN i.difference < 0 AND EXISTS (
                   SELECT FROM aftersales_ticketrefund x
                   JOIN refunds_refund r ON r.id = x.refund_id JOIN orders_payment p ON p.id = r.payment_id
                   WHERE x.ticket_id = t.id AND x.kind = 'difference' AND p.purpose = 'order'
               ) THEN -i.difference ELSE 0 END AS cheaper
        FROM aftersales_ticketline i JOIN aftersales_ticket t ON t.id = i.ticket_id
    ), sums AS (
        SELECT line_id,
               coalesce(sum(quantity) FILTER (WHERE reserved AND units), 0) AS open_quantity,
               coalesce(sum(unshipped) FILTER (WHERE reserved AND units), 0) AS reserved_quantity,
               coalesce(sum(unshipped) FILTER (WHERE settled AND units), 0) AS cancelled_quantity,
               coalesce(sum(back) FILTER (WHERE settled AND units), 0) AS refunded_quantity,
               coalesce(sum(share_amount) FILTER (WHERE reserved AND units), 0)
               + coalesce(sum(round(share_amount * back / quantity, 2)) FILTER (WHERE settled AND units), 0)
               AS allocated_share,
               coalesce(sum(refund_amount) FILTER (WHERE reserved), 0) AS open_amount,
               coalesce(sum(refund_amount) FILTER (WHERE settled), 0) + sum(cheaper) AS refunded_amount
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
        ('line.refunded_amount', l.refunded_amount, coalesce(s.refunded_amount, 0))
    ) v (what, stored, computed)
    WHERE v.stored <> v.computed
"""

# A rejected ticket reserves nothing, but its case is open until it ends.
ORDERS = """
    WITH sums AS (
        SELECT order_id,
               coalesce(sum(freight_amount) FILTER (WHERE status = ANY(%(reserving)s)), 0) AS freight_open,
               coalesce(sum(freight_amount) FILTER (WHERE status = 'completed' AND type = ANY(%(money)s)), 0)
               AS freight_refunded,
               count(*) FILTER (WHERE status <> ALL(%(ended)s)) AS open_cases,
               count(*) FILTER (WHERE status = 'completed') AS succeeded_cases
        FROM aftersales_ticket GROUP BY order_id
    )
    SELECT v.what, o.order_no, v.stored, coalesce(v.computed, 0)
    FROM orders_order o
    LEFT JOIN sums s ON s.order_id = o.id,
    LATERAL (VALUES
        ('order.freight_open', o.freight_open, s.freight_open),
        ('order.freight_refunded', o.freight_refunded, s.freight_refunded),
        ('order.open_cases', o.open_cases, s.open_cases),
        ('order.succeeded_cases', o.succeeded_cases, s.succeeded_cases)
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

# The CHECK allows less than was approved, because nothing was paid yet on an open ticket. A completed one must match.
APPROVED = """
    SELECT 'ticket paid what was approved', ticket_no, refunded_amount, approved_amount
    FROM aftersales_ticket
    WHERE status = 'completed' AND type = ANY(%(money)s) AND approved_amount IS DISTINCT FROM refunded_amount
"""

# The approved amount is the sum of its lines and the freight.
PROMISED = """
    SELECT 'ticket.approved_amount', t.ticket_no, t.approved_amount, i.goods + t.freight_amount
    FROM aftersales_ticket t
    JOIN (
        SELECT ticket_id, sum(refund_amount) AS goods FROM aftersales_ticketline GROUP BY ticket_id
    ) i ON i.ticket_id = t.id
    WHERE t.type = ANY(%(money)s) AND t.status IN ('pending_return', 'pending_refund', 'completed')
      AND t.approved_amount IS DISTINCT FROM i.goods + t.freight_amount
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
        WHERE m.author_kind = 'buyer' AND NOT EXISTS (
            SELECT FROM aftersales_message a
            WHERE a.ticket_id = m.ticket_id AND a.author_kind = 'merchant' AND a.id > m.id
        )
        GROUP BY m.ticket_id
    ) w ON w.ticket_id = t.id
    WHERE t.buyer_waits_since IS DISTINCT FROM w.since
"""

CHECKS = (
    Check(
        (
            "line.open_quantity", "line.reserved_quantity", "line.cancelled_quantity", "line.refunded_quantity",
            "line.allocated_share", "line.open_amount", "line.refunded_amount",
        ),
        LINES,
    ),
    Check(("order.freight_open", "order.freight_refunded", "order.open_cases", "order.succeeded_cases"), ORDERS),
    Check(("ticket.refunded_amount",), REFUNDED),
    Check(("ticket paid what was approved",), APPROVED),
    Check(("ticket.approved_amount",), PROMISED),
    Check(("reservation of an ended ticket",), RESERVED),
    Check(("ticket.buyer_waits_since",), ANSWERS),
)  # fmt: skip
