"""Goods that came back and are not as new have a stock of their own (D-4 art. 25)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0014_remarks_of_the_system")]

    operations = [
        migrations.AddField(
            "stock", "resellable", models.PositiveIntegerField(default=0, verbose_name="resellable, marked")
        ),
    ]
