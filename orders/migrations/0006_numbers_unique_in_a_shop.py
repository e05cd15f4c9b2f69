"""Two shops may use the same order number; a bare number is found by an index of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0005_shop_of_every_row")]

    operations = [
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(fields=("shop", "order_no"), name="order_no_once"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["order_no"], name="order_by_number", opclasses=["varchar_pattern_ops"]),
        ),
        migrations.AlterField(
            model_name="order",
            name="order_no",
            field=models.CharField(max_length=64, verbose_name="order no."),
        ),
    ]
