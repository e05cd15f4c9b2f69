"""Numbers as people type them find their row; no number of an order or SKU breaks an address."""

import kernel.numbers
from django.db import migrations, models

# What is there already and would be refused now: “/” becomes “-”, control characters go. Where the new number is taken,
# the id of the row is added, and the old one is found no more (CHANGELOG).
CLEAN = r"""
WITH clean AS (
    SELECT id, {shop}, {column} AS old,
           coalesce(nullif(translate(regexp_replace({column}, '[[:cntrl:]]', '', 'g'), '/', '-'), ''), '-') AS new
    FROM {table} WHERE {column} ~ '[/[:cntrl:]]' OR {column} IN ('.', '..')
)
UPDATE {table} t SET {column} = CASE
    WHEN c.new IN ('.', '..') OR EXISTS (SELECT FROM {table} o WHERE o.{shop} = c.{shop} AND o.{column} = c.new)
         OR EXISTS (SELECT FROM clean d WHERE d.{shop} = c.{shop} AND d.new = c.new AND d.id < c.id)
    THEN left(c.new, 44) || '-' || c.id ELSE c.new END
FROM clean c WHERE t.id = c.id
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0014_number_key"), ("orders", "0015_resellable_stock")]

    operations = [
        migrations.RunSQL(CLEAN.format(table="orders_order", column="order_no", shop="shop_id"), migrations.RunSQL.noop),
        migrations.RunSQL(CLEAN.format(table="orders_sku", column="code", shop="shop_id"), migrations.RunSQL.noop),
        # Deferred checks of the rows that were renamed would hold back what follows.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED", migrations.RunSQL.noop),
        migrations.AddConstraint(
            "order",
            models.CheckConstraint(
                condition=models.Q(("order_no__regex", "^[^/[:cntrl:]]*$"))
                & ~models.Q(("order_no__in", [".", ".."])),
                name="order_no_in_an_address",
            ),
        ),
        migrations.AddConstraint(
            "sku",
            models.CheckConstraint(
                condition=models.Q(("code__regex", "^[^/[:cntrl:]]*$")) & ~models.Q(("code__in", [".", ".."])),
                name="sku_code_in_an_address",
            ),
        ),
        migrations.AddIndex("order", models.Index(kernel.numbers.NumberKey("order_no"), name="order_by_key")),
        migrations.AddIndex("payment", models.Index(kernel.numbers.NumberKey("transaction_no"), name="payment_by_key")),
    ]
