"""Until when a paid order is to be shipped (B-18)."""

from django.db import migrations, models

FILL = """
UPDATE orders_order o SET ship_due_at = o.paid_at + p.ship_hours * interval '1 hour'
  FROM accounts_policy p WHERE p.id = o.policy_id AND o.paid_at IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_four_more_numbers"), ("orders", "0011_product_and_currency_of_skus")]

    operations = [
        migrations.AddField(
            "order", "ship_due_at", models.DateTimeField(blank=True, null=True, verbose_name="to be shipped by")
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop, elidable=True),
    ]
