"""An SKU's code is unique in its shop however it is spelled, and the database sees to it."""

from typing import Any

import django.contrib.postgres.indexes
import kernel.numbers
from django.db import migrations, models

# SKUs that are there already keep their codes, by which other systems know them: the oldest of one code has spelling 0
# and the others 1, 2 …, and each is still found by its own spelling.
NUMBERED = """
UPDATE orders_sku k SET spelling = r.at - 1
FROM (SELECT id, row_number() OVER (PARTITION BY shop_id, number_key(code) ORDER BY id) AS at FROM orders_sku) r,
     accounts_shop s
WHERE r.id = k.id AND r.at > 1 AND s.id = k.shop_id
RETURNING s.code, k.code
"""


def number(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(NUMBERED)
        for shop, code in sorted(cursor.fetchall()):
            print(f"\n  Shop {shop}: an older SKU has the code {code} in another spelling.", end="")  # noqa: T201


class Migration(migrations.Migration):
    dependencies = [("orders", "0025_warranty_label")]

    operations = [
        migrations.AddField(
            "sku", "spelling", models.PositiveSmallIntegerField(db_default=0, default=0, editable=False)
        ),
        migrations.RunPython(number, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            "sku",
            models.UniqueConstraint(
                django.contrib.postgres.indexes.OpClass(kernel.numbers.NumberKey("code"), name="text_pattern_ops"),
                "shop", "spelling", name="sku_code_once_as_typed",
            ),
        ),
    ]
