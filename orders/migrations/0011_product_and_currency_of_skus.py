"""What an exchange compares: variants of one product, and list prices in one currency (F-9)."""

from django.db import migrations, models

# The price of an SKU that orders brought is in their currency.
CURRENCY = """
UPDATE orders_sku k SET currency = c.currency
FROM (
    SELECT l.sku_id, min(o.currency) AS currency
    FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
    GROUP BY l.sku_id HAVING count(DISTINCT o.currency) = 1
) c
WHERE c.sku_id = k.id AND c.currency <> k.currency;
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0010_replacement_lines")]

    operations = [
        migrations.AddField(
            "sku",
            "product",
            models.CharField(
                blank=True,
                help_text="The same for all variants of a product; by default the title.",
                max_length=240,
                verbose_name="product",
            ),
        ),
        migrations.AddField(
            "sku", "currency", models.CharField(default="CNY", max_length=3, verbose_name="currency")
        ),
        migrations.RunSQL(CURRENCY, migrations.RunSQL.noop),
    ]
