from django.db import migrations

# What tickets that have ended count as refunded, and no refund has paid (aftersales.ledger.owed).
FILL = """
    UPDATE orders_order o SET refund_owed = owed.amount
    FROM (
        SELECT t.order_id, sum(r.amount - r.charged_back) AS amount
        FROM refunds_refund r
        JOIN aftersales_ticketrefund l ON l.refund_id = r.id
        JOIN aftersales_ticket t ON t.id = l.ticket_id
        LEFT JOIN refunds_refund again ON again.retry_of_id = r.id
        WHERE r.status <> 'succeeded' AND again.id IS NULL
          AND (l.kind = 'ticket' AND t.status = 'completed'
               OR l.kind = 'difference' AND r.payment_id IS DISTINCT FROM t.difference_payment_id)
        GROUP BY 1
    ) owed
    WHERE o.id = owed.order_id AND o.refund_owed <> owed.amount
"""


class Migration(migrations.Migration):
    dependencies = [
        ("aftersales", "0048_barred_by_objections"),
        ("orders", "0028_refund_owed"),
        ("refunds", "0033_when_a_redirection_was_asked_for"),
    ]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
