"""Since when the buyer waits for the shop's answer: from the messages there are. What came in last has the last id."""

from django.db import migrations, models

WAITING = """
UPDATE aftersales_ticket t SET buyer_waits_since = w.since
FROM (
    SELECT m.ticket_id, min(m.at) AS since
    FROM aftersales_message m
    WHERE m.author_kind = 'buyer' AND NOT EXISTS (
        SELECT FROM aftersales_message a
        WHERE a.ticket_id = m.ticket_id AND a.author_kind = 'merchant' AND a.id > m.id
    )
    GROUP BY m.ticket_id
) w
WHERE w.ticket_id = t.id
"""


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0006_ready_texts")]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="buyer_waits_since",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="buyer waits for an answer since"
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("buyer_waits_since__isnull", False)),
                fields=["shop", "buyer_waits_since"],
                name="ticket_to_answer",
            ),
        ),
        migrations.RunSQL(WAITING, migrations.RunSQL.noop),
    ]
