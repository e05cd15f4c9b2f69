"""A parcel says what is in it where that is another SKU than the order line's: the replacement of an exchange."""

import django.db.models.deletion
from django.db import migrations, models

import kernel.shops


class Migration(migrations.Migration):
    dependencies = [("logistics", "0003_delivery_of_lines"), ("orders", "0011_product_and_currency_of_skus")]

    operations = [
        migrations.AddField(
            "parcelline",
            "sku",
            models.ForeignKey(
                blank=True, db_constraint=False, db_index=False, null=True,
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="orders.sku", verbose_name="SKU",
            ),
        ),
        migrations.AddConstraint(
            "parcelline", kernel.shops.SameShop(field="sku", name="parcel_line_sku_same_shop")
        ),
    ]  # fmt: skip
