"""A limit is for one order in all, and an empty one is zero: only the words beside the field change."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_four_more_numbers")]

    operations = [
        migrations.AlterField(
            "membership",
            "review_limit",
            models.DecimalField(
                blank=True, decimal_places=2, max_digits=12, null=True, verbose_name="review limit",
                help_text="What this agent may give away on one order, in all: money and goods. Empty: nothing.",
            ),
        ),
    ]  # fmt: skip
