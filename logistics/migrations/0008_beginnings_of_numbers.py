"""The index that compares numbers as people type them serves their beginnings too."""

from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models

import kernel.numbers


class Migration(migrations.Migration):
    dependencies = [("kernel", "0014_number_key"), ("logistics", "0007_counted_parcels")]

    operations = [
        migrations.RemoveIndex("parcel", "parcel_by_key"),
        migrations.AddIndex(
            "parcel",
            models.Index(OpClass(kernel.numbers.NumberKey("tracking_no"), "text_pattern_ops"), name="parcel_by_key"),
        ),
    ]
