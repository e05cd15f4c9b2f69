"""Orders, lines, payments and stock against each other (F-2, F-8)."""

from .check import Check

# The shares were computed when the order was placed (F-2); every later amount is derived from them. Replacements came
# later: `exchange_checks`.
SHARES = """
    SELECT v.what, o.order_no, v.stored, v.computed
    FROM orders_order o
    JOIN (
        SELECT order_id, sum(discount_share) AS discount, sum(points_share) AS deduction, sum(points) AS points,
               sum(paid_amount) AS paid
        FROM orders_orderline WHERE replaces_id IS NULL GROUP BY order_id
    ) l ON l.order_id = o.id,
    LATERAL (VALUES
        ('order.discount', o.discount, l.discount),
        ('order.points_deduction', o.points_deduction, l.deduction),
        ('order.points_used', o.points_used, l.points),
        ('order.amount', o.amount, l.paid + o.freight)
    ) v (what, stored, computed)
    WHERE v.stored <> v.computed
"""

LINE_PAID = """
    SELECT 'line.paid_amount', o.order_no || ' line ' || l.position, l.paid_amount,
           l.unit_price * l.quantity - l.discount - l.discount_share - l.points_share
    FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
    WHERE l.replaces_id IS NULL
      AND l.paid_amount <> l.unit_price * l.quantity - l.discount - l.discount_share - l.points_share
"""

# An order that was closed unpaid has no payments and is left out.
PAID = """
    SELECT 'order payments', o.order_no, coalesce(p.captured, 0), o.amount
    FROM orders_order o
    LEFT JOIN (
        SELECT order_id, sum(captured) AS captured FROM orders_payment WHERE purpose = 'order' GROUP BY order_id
    ) p ON p.order_id = o.id
    WHERE (o.status IN ('paid', 'shipped', 'completed') OR (o.status = 'closed' AND o.close_reason = 'refunded'))
      AND coalesce(p.captured, 0) <> o.amount
"""

# From all SKUs, so that a reservation without a row of stock is found too.
STOCK = """
    SELECT 'stock.reserved', k.code, coalesce(s.reserved, 0), coalesce(r.units, 0)
    FROM orders_sku k
    LEFT JOIN orders_stock s ON s.sku_id = k.id
    LEFT JOIN (
        SELECT sku_id, sum(quantity) AS units FROM orders_reservation WHERE state = 'reserved' GROUP BY sku_id
    ) r ON r.sku_id = k.id
    WHERE coalesce(s.reserved, 0) <> coalesce(r.units, 0)
"""

# F-1: a share of a yen can neither be paid back nor be added up with those of others.
UNIT = """
    SELECT 'amounts in whole units', o.order_no || ': ' || v.name, v.amount, trunc(v.amount)
    FROM orders_order o,
    LATERAL (
        SELECT 'amount', o.amount UNION ALL SELECT 'freight', o.freight
        UNION ALL SELECT 'freight_open', o.freight_open UNION ALL SELECT 'freight_refunded', o.freight_refunded
        UNION ALL SELECT 'line ' || l.position, unnest(ARRAY[
            l.unit_price, l.paid_amount, l.allocated_share, l.open_amount, l.refunded_amount
        ]) FROM orders_orderline l WHERE l.order_id = o.id
        UNION ALL SELECT 'payment ' || p.transaction_no, unnest(ARRAY[p.captured, p.refunded])
        FROM orders_payment p WHERE p.order_id = o.id
    ) v (name, amount)
    WHERE o.currency = ANY(%(whole)s) AND v.amount <> trunc(v.amount)
"""

# What went back before an import: the same money on the lines and the freight as on the payments (docs/files.md).
BEFORE = """
    SELECT 'refunded before the import', o.order_no, coalesce(p.amount, 0),
           coalesce(l.amount, 0) + o.freight_refunded_before
    FROM orders_order o
    LEFT JOIN (
        SELECT order_id, sum(refunded_before) AS amount FROM orders_payment GROUP BY order_id
    ) p ON p.order_id = o.id
    LEFT JOIN (
        SELECT order_id, sum(refunded_before) AS amount FROM orders_orderline GROUP BY order_id
    ) l ON l.order_id = o.id
    WHERE coalesce(p.amount, 0) <> coalesce(l.amount, 0) + o.freight_refunded_before
"""

CHECKS = (
    Check(("order.discount", "order.points_deduction", "order.points_used", "order.amount"), SHARES),
    Check(("line.paid_amount",), LINE_PAID),
    Check(("order payments",), PAID),
    Check(("stock.reserved",), STOCK),
    Check(("refunded before the import",), BEFORE),
    Check(("amounts in whole units",), UNIT),
)
