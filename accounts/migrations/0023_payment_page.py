"""Where buyers of a shop pay what is due, and the key that signs the way there and back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0022_columns_of_the_lists")]

    operations = [
        migrations.AddField(
            model_name="shop",
            name="payment_page_url",
            field=models.CharField(
                blank=True, default="", editable=False, max_length=400, verbose_name="payment page"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="shop",
            name="payment_page_key",
            field=models.CharField(blank=True, default="", editable=False, max_length=64, verbose_name="key of the payment page"),
            preserve_default=False,
        ),
    ]
