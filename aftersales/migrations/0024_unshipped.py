"""Which tickets ask for the money of units of which none has left (B-18)."""

from django.db import migrations, models

FILL = """
UPDATE aftersales_ticket t SET unshipped = TRUE
 WHERE t.type = 'refund_only' AND t.claimed_amount IS NULL AND NOT EXISTS (
       SELECT 1 FROM aftersales_ticketline l WHERE l.ticket_id = t.id AND l.unshipped < l.quantity);
"""


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0023_assignee")]

    operations = [
        migrations.AddField("ticket", "unshipped", models.BooleanField(default=False, editable=False)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop, elidable=True),
    ]
