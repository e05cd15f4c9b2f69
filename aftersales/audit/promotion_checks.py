"""What refunds keep back because of promotions, and the points and coupons that move with them (F-6, F-7)."""

from .check import Check

# As `ticket.promotion_amount`; `going`: the refund is on its way, and what it keeps is there for others to give back.
TICKETS = """
    kept AS (
        SELECT t.*, t.discount_lost + t.gift_kept + t.free_shipping_lost - t.promotion_waived AS amount,
               t.status = 'completed' AND t.outcome = '' AS done,
               t.status = 'pending_refund'
               AND (t.type = 'refund_only' OR t.returnless OR t.received_at IS NOT NULL) AS going
        FROM aftersales_ticket t
        WHERE t.type = ANY(%(money)s) AND t.claimed_amount IS NULL
    )
"""

ORDERS = f"""
    WITH {TICKETS}, sums AS (
        SELECT order_id, sum(amount) FILTER (WHERE done OR going) AS kept, sum(amount) FILTER (WHERE going) AS going
        FROM kept GROUP BY order_id
    )
    SELECT v.what, o.order_no, v.stored, coalesce(v.computed, 0)
    FROM orders_order o
    LEFT JOIN sums s ON s.order_id = o.id,
    LATERAL (VALUES
        ('order.promotion_kept', o.promotion_kept, s.kept),
        ('order.promotion_open', o.promotion_open, s.going)
    ) v (what, stored, computed)
    WHERE v.stored <> coalesce(v.computed, 0)
"""  # noqa: S608  (texts of ours only)

# Never more than the promotions and the gifts of the order, and no discount of an order of which nothing is left.
WITHIN = f"""
    WITH {TICKETS}, sums AS (
        SELECT order_id, sum(discount_lost) AS discount, sum(gift_kept) AS gift, sum(free_shipping_lost) AS freight
        FROM kept WHERE done OR going GROUP BY order_id
    ), bought AS (
        SELECT o.id, o.order_no,
               CASE WHEN EXISTS (
                   SELECT FROM orders_orderline l WHERE l.order_id = o.id AND l.kind = 'goods'
                   AND l.quantity > l.refunded_quantity + l.exchanged_quantity
               ) THEN 1 ELSE 0 END AS rest,
               coalesce((SELECT sum(discount) FROM orders_promotion p WHERE p.order_id = o.id), 0) AS discount,
               coalesce((SELECT max(freight) FROM orders_promotion p WHERE p.order_id = o.id), 0) AS freight,
               coalesce((SELECT sum(unit_price * quantity) FROM orders_orderline l
                         WHERE l.order_id = o.id AND l.kind = 'gift' AND l.replaces_id IS NULL), 0) AS gift
        FROM orders_order o JOIN sums s ON s.order_id = o.id
    )
    SELECT v.what, b.order_no, v.stored, v.most
    FROM sums s JOIN bought b ON b.id = s.order_id,
    LATERAL (VALUES
        ('discounts lost', s.discount, b.discount),
        ('gifts kept', s.gift, b.gift),
        ('free shipping lost', s.freight, b.freight * b.rest)
    ) v (what, stored, most)
    WHERE v.stored > v.most OR v.stored < 0
"""  # noqa: S608  (texts of ours only)

# All goods are back by tickets that are done: every discount, and all points earned.
WHOLLY = f"""
    WITH {TICKETS}, undone AS (
        SELECT o.id, o.order_no, o.points_earned
        FROM orders_order o
        WHERE o.has_promotions AND NOT EXISTS (
            SELECT FROM orders_orderline l WHERE l.order_id = o.id AND l.kind = 'goods'
            AND l.quantity > l.refunded_quantity + l.exchanged_quantity
        ) AND NOT EXISTS (
            SELECT FROM aftersales_ticket t WHERE t.order_id = o.id AND t.promotion_waived > 0
        ) AND EXISTS (SELECT FROM orders_orderline l WHERE l.order_id = o.id AND l.unit_price * l.quantity > l.discount)
    )
    SELECT v.what, u.order_no, v.stored, v.computed
    FROM undone u,
    LATERAL (VALUES
        ('discount lost of an order wholly refunded',
         coalesce((SELECT sum(discount_lost) FROM kept k WHERE k.order_id = u.id AND (done OR going)), 0), 0),
        ('points taken back', coalesce((
            SELECT sum(points) FROM aftersales_benefit b WHERE b.order_id = u.id AND b.kind = 'points_taken_back'
         ), 0), u.points_earned)
    ) v (what, stored, computed)
    WHERE v.stored <> v.computed
"""  # noqa: S608  (texts of ours only)

# From before there were such rows, tickets have returned points and coupons without one.
BENEFITS = """
    SELECT 'ticket.points_returned', t.ticket_no, t.points_returned, sum(b.points)
    FROM aftersales_benefit b JOIN aftersales_ticket t ON t.id = b.ticket_id
    WHERE b.kind = 'points_back'
    GROUP BY t.id HAVING sum(b.points) <> t.points_returned
"""

CHECKS = (
    Check(("order.promotion_kept", "order.promotion_open"), ORDERS),
    Check(("discounts lost", "gifts kept", "free shipping lost"), WITHIN),
    Check(("discount lost of an order wholly refunded", "points taken back"), WHOLLY),
    Check(("ticket.points_returned",), BENEFITS),
)
