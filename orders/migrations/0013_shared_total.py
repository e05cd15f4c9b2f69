"""One transaction of a channel may pay several orders of a shop, when each payment names what it pays in all."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0012_ship_due")]

    operations = [
        migrations.AddField(
            "payment",
            "shared_total",
            models.DecimalField(
                blank=True, decimal_places=2, default=None, max_digits=12, null=True,
                verbose_name="paid by the transaction in all",
            ),
        ),
        migrations.AddConstraint(
            "payment",
            models.CheckConstraint(
                condition=models.Q(("shared_total__isnull", True), ("captured__lte", models.F("shared_total")), _connector="OR"),
                name="payment_shared_total",
            ),
        ),
    ]  # fmt: skip
