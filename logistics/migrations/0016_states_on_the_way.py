from django.db import migrations, models

from kernel.upgrades import AddNotValid

STATUSES = [
    "announced", "picked_up", "in_transit", "delivering", "exception", "damaged", "delivered", "lost", "returned",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("logistics", "0015_phone_of_the_return_address")]

    operations = [
        migrations.RemoveConstraint(model_name="parcel", name="parcel_status"),
        # Backwards: what is new was all in transit.
        migrations.RunSQL(
            migrations.RunSQL.noop,
            "UPDATE logistics_parcel SET status = 'in_transit'"
            " WHERE status IN ('announced', 'picked_up', 'delivering', 'exception', 'damaged')",
        ),
        migrations.AlterField(
            model_name='parcel',
            name='status',
            field=models.CharField(choices=[('announced', 'waiting for pickup'), ('picked_up', 'picked up'), ('in_transit', 'in transit'), ('delivering', 'out for delivery'), ('exception', 'problem on the way'), ('damaged', 'reported damaged'), ('delivered', 'delivered'), ('lost', 'lost'), ('returned', 'returned undelivered')], default='in_transit', max_length=50, verbose_name='status'),
        ),
        # 0017 validates.
        AddNotValid(
            model_name="parcel",
            constraint=models.CheckConstraint(condition=models.Q(("status__in", STATUSES)), name="parcel_status"),
        ),
    ]
