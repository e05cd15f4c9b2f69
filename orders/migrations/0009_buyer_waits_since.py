"""Since when the buyer of an order waits for an answer to a question that is on no ticket (S-163)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0008_delivery_of_lines")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="buyer_waits_since",
            field=models.DateTimeField(editable=False, null=True, verbose_name="buyer waits for an answer since"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("buyer_waits_since__isnull", False)),
                fields=["shop", "buyer_waits_since"],
                name="order_to_answer",
            ),
        ),
    ]
