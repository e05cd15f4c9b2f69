"""0054 fills it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0050_refunds_of_paid_differences")]

    operations = [
        migrations.AddField(
            "ticket", "refund_held", models.BooleanField(db_default=False, default=False, editable=False)
        ),
    ]
