"""Whose number it is: the news of a buyer's return parcel counts also after the shop gave another number (B-19)."""

from django.db import migrations, models

FILL = """
UPDATE aftersales_ticketparcel t SET by_buyer = TRUE
 WHERE t.kind = 'return' AND EXISTS (
       SELECT 1 FROM kernel_history h WHERE h.shop_id = t.shop_id AND h.machine = 'parcel'
          AND h.object_id = t.parcel_id AND h.action = 'create' AND h.actor_kind = 'buyer');
"""


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0015_version"), ("kernel", "0010_delivery")]

    operations = [
        migrations.AddField("ticketparcel", "by_buyer", models.BooleanField(default=False)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop, elidable=True),
    ]
