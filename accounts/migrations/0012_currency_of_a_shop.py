"""In what a shop's prices, limits and standards are. Until now everything was in the currency of the site."""

from django.db import migrations, models
from django.db.models import Q

import web.fields


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_advice_to_buyers")]

    operations = [
        migrations.AddField(
            "shop",
            "currency",
            models.CharField(
                blank=True, default="CNY", max_length=3, validators=[web.fields.check_currency], verbose_name="currency",
                help_text="Of its prices, limits and standards, and of orders that name none. It stays as it is.",
            ),
        ),
        migrations.AddConstraint(
            "shop", models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="shop_currency")
        ),
    ]  # fmt: skip
