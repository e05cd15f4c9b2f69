"""Return parcels that were sent freight collect (S-072)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0027_noted_consent")]

    operations = [
        migrations.AddField(
            "ticket",
            "return_freight_collect",
            models.BooleanField(default=False, verbose_name="return parcel sent freight collect"),
        ),
    ]
