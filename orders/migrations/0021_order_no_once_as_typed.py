"""An order number is unique in its shop however it is spelled, and the database sees to it."""

from typing import Any

import kernel.numbers
from django.db import migrations, models

# Orders that are there already keep their numbers, by which other systems know them: the oldest of one number has
# spelling 0 and the others 1, 2 …, and each is still found by its own spelling.
NUMBERED = """
UPDATE orders_order o SET spelling = r.at - 1
FROM (SELECT id, row_number() OVER (PARTITION BY shop_id, number_key(order_no) ORDER BY id) AS at FROM orders_order) r,
     accounts_shop s
WHERE r.id = o.id AND r.at > 1 AND s.id = o.shop_id
RETURNING s.code, o.order_no
"""


def number(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(NUMBERED)
        for shop, order_no in sorted(cursor.fetchall()):
            print(f"\n  Shop {shop}: an older order has the number {order_no} in another spelling.", end="")  # noqa: T201


class Migration(migrations.Migration):
    dependencies = [("orders", "0020_promotions")]

    operations = [
        migrations.AddField(
            "order", "spelling", models.PositiveSmallIntegerField(db_default=0, default=0, editable=False)
        ),
        migrations.RunPython(number, migrations.RunPython.noop, elidable=True),
        migrations.RemoveIndex("order", "order_by_key"),
        migrations.AddConstraint(
            "order",
            models.UniqueConstraint(
                kernel.numbers.NumberKey("order_no"), "shop", "spelling", name="order_no_once_as_typed"
            ),
        ),
    ]
