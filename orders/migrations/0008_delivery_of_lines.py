"""When the goods of a line were delivered. `logistics` fills it in, because it knows the parcels."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("orders", "0007_reserved_and_allocated")]

    operations = [
        migrations.AddField(
            "orderline", "delivered_at", models.DateTimeField(blank=True, null=True, verbose_name="delivered")
        ),
        migrations.AddField(
            "orderline",
            "delivery_proven",
            models.BooleanField(default=False, editable=False, verbose_name="delivery proven"),
        ),
        migrations.AddConstraint(
            "orderline",
            models.CheckConstraint(
                condition=Q(delivery_proven=False) | Q(delivered_at__isnull=False), name="line_proven_is_delivered"
            ),
        ),
    ]
