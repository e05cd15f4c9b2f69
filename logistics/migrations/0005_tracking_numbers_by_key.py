import kernel.numbers
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0014_number_key"), ("logistics", "0004_sku_in_a_parcel")]

    operations = [
        migrations.AddIndex("parcel", models.Index(kernel.numbers.NumberKey("tracking_no"), name="parcel_by_key")),
    ]
