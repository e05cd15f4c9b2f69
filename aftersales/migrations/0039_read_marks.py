"""How far each side has read. What was said before this is read, but for what the shop has not answered yet."""

import django.db.models.deletion
from django.db import migrations, models

import kernel.shops

SIDES = ("buyer", "merchant", "support")
MARKS = """
INSERT INTO aftersales_readmark (shop_id, order_id, ticket_id, side, message_id, at)
SELECT m.shop_id, m.order_id, m.ticket_id, s.side, max(m.id), max(m.at)
FROM aftersales_message m
CROSS JOIN (VALUES ('buyer'), ('merchant'), ('support')) AS s (side)
JOIN orders_order o ON o.shop_id = m.shop_id AND o.id = m.order_id
LEFT JOIN aftersales_ticket t ON t.shop_id = m.shop_id AND t.id = m.ticket_id
WHERE s.side <> 'merchant'
    OR m.at < coalesce(CASE WHEN m.ticket_id IS NULL THEN o.buyer_waits_since ELSE t.buyer_waits_since END, 'infinity')
GROUP BY m.shop_id, m.order_id, m.ticket_id, s.side
"""


def of_mark(to: str, **options: object) -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=to,
        **options,
    )


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0038_delivered_after_refund"), ("orders", "0009_buyer_waits_since")]

    operations = [
        migrations.CreateModel(
            name="ReadMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("shop_id", models.BigIntegerField(editable=False)),
                ("side", models.CharField(max_length=16)),
                ("at", models.DateTimeField()),
                ("message", of_mark("aftersales.message")),
                ("order", of_mark("orders.order")),
                ("ticket", of_mark("aftersales.ticket", null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("order", "ticket", "side"), nulls_distinct=False, name="read_mark_once_a_side"
                    ),
                    kernel.shops.SameShop(field="order", name="read_mark_order_same_shop"),
                    kernel.shops.SameShop(field="ticket", name="read_mark_ticket_same_shop"),
                    kernel.shops.SameShop(field="message", name="read_mark_message_same_shop"),
                    models.CheckConstraint(condition=models.Q(("side__in", SIDES)), name="read_mark_side"),
                ],
            },
        ),
        migrations.RunSQL(MARKS, migrations.RunSQL.noop),
    ]
