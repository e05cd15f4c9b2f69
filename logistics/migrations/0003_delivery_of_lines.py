"""Which deliveries are proven, and the delivery of every line: by its parcels, else by its order."""

from django.db import migrations, models
from django.db.models import Q

# The bare word of a merchant is no proof; what a buyer or the clock has completed counts as received.
FILL = """
UPDATE logistics_parcel p SET delivery_proven = TRUE
 WHERE p.status = 'delivered' AND NOT EXISTS (
       SELECT 1 FROM kernel_history h WHERE h.shop_id = p.shop_id AND h.machine = 'parcel' AND h.object_id = p.id
          AND h.action = 'deliver' AND h.actor_kind = 'merchant');
UPDATE orders_orderline l SET delivered_at = x.at, delivery_proven = x.proven
  FROM (SELECT pl.line_id, max(p.delivered_at) AS at, bool_and(p.delivery_proven) AS proven
          FROM logistics_parcelline pl JOIN logistics_parcel p ON p.id = pl.parcel_id
         WHERE p.kind = 'outbound' AND p.status = 'delivered' GROUP BY pl.line_id) x
 WHERE x.line_id = l.id;
UPDATE orders_orderline l SET delivered_at = o.delivered_at,
       delivery_proven = o.status = 'completed' OR NOT EXISTS (
       SELECT 1 FROM kernel_history h WHERE h.shop_id = o.shop_id AND h.machine = 'order' AND h.object_id = o.id
          AND h.action = 'deliver' AND h.actor_kind = 'merchant')
  FROM orders_order o
 WHERE o.id = l.order_id AND l.delivered_at IS NULL AND o.delivered_at IS NOT NULL AND l.shipped_quantity > 0;
UPDATE orders_orderline l SET delivery_proven = TRUE FROM orders_order o
 WHERE o.id = l.order_id AND o.status = 'completed' AND l.delivered_at IS NOT NULL AND NOT l.delivery_proven;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0010_delivery"),
        ("logistics", "0002_shop_of_every_row"),
        ("orders", "0008_delivery_of_lines"),
    ]

    operations = [
        migrations.AddField(
            "parcel",
            "delivery_proven",
            models.BooleanField(default=False, editable=False, verbose_name="delivery proven"),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop, elidable=True),
        migrations.AddConstraint(
            "parcel",
            models.CheckConstraint(
                condition=Q(delivery_proven=False) | Q(delivered_at__isnull=False), name="parcel_proven_is_delivered"
            ),
        ),
    ]
