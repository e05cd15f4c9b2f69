"""Which refunds pay back what was paid for a dearer replacement. No line counts them as refunded, so an order owes
nothing of them; one whose ticket was closed was taken for another (`Ticket.difference_payment` is empty then)."""

from django.db import migrations, models
from django.db.models import Q

# Along the payment of a difference, but not of one that another exchange has brought to an order line.
FILL = """
    UPDATE aftersales_ticketrefund x SET is_supplement = true
    FROM refunds_refund r JOIN orders_payment p ON p.id = r.payment_id
    WHERE r.id = x.refund_id AND x.kind = 'difference' AND p.purpose = 'difference' AND NOT EXISTS (
        SELECT FROM orders_orderline n JOIN aftersales_ticketline i ON i.replacement_id = n.id
        WHERE n.difference_payment_id = p.id AND i.ticket_id <> x.ticket_id
    )
"""

# `aftersales.ledger.owed`, for the orders with such refunds: the others are as they were.
RECOUNT = """
    UPDATE orders_order o SET refund_owed = owed.amount
    FROM (
        SELECT t.order_id, coalesce(sum(r.amount - r.charged_back) FILTER (
            WHERE r.status <> 'succeeded' AND again.id IS NULL
              AND (l.kind = 'ticket' AND t.status = 'completed' OR l.kind = 'difference' AND NOT l.is_supplement)
        ), 0) AS amount
        FROM aftersales_ticketrefund l
        JOIN aftersales_ticket t ON t.id = l.ticket_id
        JOIN refunds_refund r ON r.id = l.refund_id
        LEFT JOIN refunds_refund again ON again.retry_of_id = r.id
        GROUP BY 1 HAVING bool_or(l.is_supplement)
    ) owed
    WHERE o.id = owed.order_id AND o.refund_owed <> owed.amount
"""

# Foreign keys are checked at COMMIT; tables with checks outstanding cannot be altered.
CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;"


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0049_refunds_that_orders_owe")]

    operations = [
        migrations.AddField(
            "ticketrefund", "is_supplement", models.BooleanField(db_default=False, default=False, editable=False)
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(RECOUNT, migrations.RunSQL.noop),
        migrations.RunSQL(CHECK_NOW, CHECK_NOW),
        migrations.AddConstraint(
            "ticketrefund",
            models.CheckConstraint(
                condition=Q(("is_supplement", False), ("kind", "difference"), _connector="OR"),
                name="ticket_refund_supplement",
            ),
        ),
    ]
