"""What 0049 to 0052 brought, in the rows from before, and again in those that the version before has written since: it
does not know these columns, and works until it is restarted.

The orders of a batch are locked as every service locks them that writes one of these.
"""

from django.db import migrations

from kernel.upgrades import FillInBatches

ORDERS = """
    SELECT id FROM orders_order WHERE refund_owed <> 0
    UNION
    SELECT t.order_id FROM aftersales_ticket t WHERE t.refund_held
    UNION
    SELECT t.order_id FROM aftersales_emergencyoverride o JOIN aftersales_ticket t ON t.id = o.ticket_id
    WHERE t.override = ''
    UNION
    SELECT t.order_id
    FROM refunds_refund r
    JOIN aftersales_ticketrefund x ON x.refund_id = r.id
    JOIN aftersales_ticket t ON t.id = x.ticket_id
    WHERE r.status <> 'succeeded' OR x.kind = 'difference'
    ORDER BY 1
"""
LOCK = "SELECT FROM orders_order WHERE id = ANY(%(ids)s) ORDER BY id FOR UPDATE"

# Along the payment of a difference, but not of one that another exchange has brought to an order line.
SUPPLEMENTS = """
    UPDATE aftersales_ticketrefund x SET is_supplement = true
    FROM refunds_refund r JOIN orders_payment p ON p.id = r.payment_id, aftersales_ticket t
    WHERE r.id = x.refund_id AND t.id = x.ticket_id AND t.order_id = ANY(%(ids)s) AND NOT x.is_supplement
      AND x.kind = 'difference' AND p.purpose = 'difference' AND NOT EXISTS (
        SELECT FROM orders_orderline n JOIN aftersales_ticketline i ON i.replacement_id = n.id
        WHERE n.difference_payment_id = p.id AND i.ticket_id <> x.ticket_id
    )
"""

# What tickets count as refunded, and no refund has paid (`aftersales.ledger.owed`).
OWED = """
    UPDATE orders_order o SET refund_owed = owed.amount
    FROM (
        SELECT e.id, coalesce(sum(r.amount - r.charged_back) FILTER (
            WHERE r.status <> 'succeeded' AND again.id IS NULL
              AND (x.kind = 'ticket' AND t.status = 'completed' OR x.kind = 'difference' AND NOT x.is_supplement)
        ), 0) AS amount
        FROM orders_order e
        LEFT JOIN aftersales_ticket t ON t.order_id = e.id
        LEFT JOIN aftersales_ticketrefund x ON x.ticket_id = t.id
        LEFT JOIN refunds_refund r ON r.id = x.refund_id
        LEFT JOIN refunds_refund again ON again.retry_of_id = r.id
        WHERE e.id = ANY(%(ids)s) GROUP BY 1
    ) owed
    WHERE o.id = owed.id AND o.refund_owed <> owed.amount
"""

# Whose refunds that failed or came back, and are still owed, a bank holds all (`services.chargebacks.refunds_held`).
HELD = """
    UPDATE aftersales_ticket t SET refund_held = held.is_held
    FROM (
        SELECT e.id, coalesce(bool_and(p.disputed > 0) FILTER (
            WHERE r.status IN ('failed', 'returned') AND r.charged_back = 0 AND again.id IS NULL
        ), false) AS is_held
        FROM aftersales_ticket e
        LEFT JOIN aftersales_ticketrefund x ON x.ticket_id = e.id
        LEFT JOIN refunds_refund r ON r.id = x.refund_id
        LEFT JOIN orders_payment p ON p.id = r.payment_id
        LEFT JOIN refunds_refund again ON again.retry_of_id = r.id
        WHERE e.order_id = ANY(%(ids)s) GROUP BY 1
    ) held
    WHERE t.id = held.id AND t.refund_held <> held.is_held
"""

# How the newest one of a ticket ended, where it was reviewed before the ticket said so.
OVERRIDES = """
    UPDATE aftersales_ticket t SET override = CASE
        WHEN NOT o.objected THEN 'accepted' WHEN o.upheld THEN 'upheld' ELSE 'dismissed' END
    FROM (
        SELECT DISTINCT ON (n.ticket_id) n.ticket_id, n.objected, n.upheld
        FROM aftersales_emergencyoverride n JOIN aftersales_ticket e ON e.id = n.ticket_id
        WHERE e.order_id = ANY(%(ids)s) ORDER BY n.ticket_id, n.id DESC
    ) o
    WHERE o.ticket_id = t.id AND t.override = ''
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("aftersales", "0053_pickups")]

    operations = [FillInBatches(ORDERS, LOCK, (SUPPLEMENTS, OWED, HELD, OVERRIDES))]
