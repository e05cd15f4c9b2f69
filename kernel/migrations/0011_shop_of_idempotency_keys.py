"""The shop that a stored answer is about, and as whom it was given. Answers from before have none and end within 24 hours."""

from django.db import migrations, models

KINDS = (
    "buyer", "merchant", "support", "integration", "clock", "gateway", "courier", "rule", "arbiter", "guest", "agent",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("kernel", "0010_delivery")]

    operations = [
        migrations.AddField("idempotencykey", "shop_id", models.BigIntegerField(null=True)),
        migrations.AddField(
            "idempotencykey", "acted_as", models.CharField(blank=True, default="", max_length=16), preserve_default=False
        ),
        migrations.AddConstraint(
            "idempotencykey",
            models.CheckConstraint(
                condition=models.Q(("acted_as", ""), ("shop_id__isnull", True))
                | models.Q(("acted_as__in", KINDS), ("shop_id__isnull", False)),
                name="idempotency_key_shop",
            ),
        ),
    ]
