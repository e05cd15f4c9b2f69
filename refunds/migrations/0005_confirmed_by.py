"""Who confirmed a settlement by hand: another person than the one who proposed it, by a CHECK."""

from django.db import migrations, models

FILL = """
UPDATE refunds_refund r SET confirmed_by = h.actor_id
  FROM kernel_history h
 WHERE h.machine = 'refund' AND h.object_id = r.id AND h.shop_id = r.shop_id AND h.action = 'settle_by_hand'
   AND r.status = 'succeeded' AND h.actor_id IS DISTINCT FROM r.proposed_by;
"""


class Migration(migrations.Migration):
    dependencies = [("refunds", "0004_shop_of_every_row"), ("kernel", "0012_changes_of_settings")]

    operations = [
        migrations.AddField("refund", "confirmed_by", models.BigIntegerField(editable=False, null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop, elidable=True),
        migrations.AddConstraint(
            "refund",
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True)
                | models.Q(status="succeeded", proposed_by__isnull=False)
                & ~models.Q(confirmed_by=models.F("proposed_by")),
                name="refund_confirmed_by_another",
            ),
        ),
    ]
