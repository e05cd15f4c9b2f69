"""Which couriers may collect the freight of a return parcel from the shop (S-072)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0014_pauses")]

    operations = [
        migrations.AddField(
            "policy",
            "collect_couriers",
            models.CharField(
                blank=True,
                default="sf,sto",
                help_text="Codes with commas between them, such as sf,sto. Empty: none.",
                max_length=200,
                verbose_name="couriers that may collect the return freight",
            ),
        ),
    ]
