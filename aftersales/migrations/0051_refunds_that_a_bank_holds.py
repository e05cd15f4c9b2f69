from django.db import migrations, models

# `services.refunding` and `services.chargebacks`, for refunds that failed or came back and are still owed.
FILL = """
    UPDATE aftersales_ticket t SET refund_held = true
    FROM (
        SELECT l.ticket_id
        FROM refunds_refund r
        JOIN aftersales_ticketrefund l ON l.refund_id = r.id
        JOIN orders_payment p ON p.id = r.payment_id
        LEFT JOIN refunds_refund again ON again.retry_of_id = r.id
        WHERE r.status IN ('failed', 'returned') AND r.charged_back = 0 AND again.id IS NULL
        GROUP BY 1 HAVING bool_and(p.disputed > 0)
    ) held
    WHERE t.id = held.ticket_id
"""


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0050_refunds_of_paid_differences")]

    operations = [
        migrations.AddField(
            "ticket", "refund_held", models.BooleanField(db_default=False, default=False, editable=False)
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
