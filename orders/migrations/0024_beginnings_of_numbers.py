"""The indexes that compare numbers as people type them serve their beginnings too."""

from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models

import kernel.numbers


class Migration(migrations.Migration):
    dependencies = [("kernel", "0014_number_key"), ("orders", "0023_labels_as_they_are_read")]

    operations = [
        migrations.RemoveConstraint("order", "order_no_once_as_typed"),
        migrations.AddConstraint(
            "order",
            models.UniqueConstraint(
                OpClass(kernel.numbers.NumberKey("order_no"), "text_pattern_ops"),
                "shop",
                "spelling",
                name="order_no_once_as_typed",
            ),
        ),
        migrations.RemoveIndex("payment", "payment_by_key"),
        migrations.AddIndex(
            "payment",
            models.Index(
                OpClass(kernel.numbers.NumberKey("transaction_no"), "text_pattern_ops"), name="payment_by_key"
            ),
        ),
        # The beginning of a transaction number, to the letter: nothing asks for that any more.
        migrations.RemoveIndex("payment", "payment_by_number"),
    ]
