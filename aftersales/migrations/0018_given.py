"""What each person of a shop gave away by each ticket, from which their limit is reckoned (B-14). Past decisions are
taken from the history: the approved money, and the goods of a reissue at list price."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kernel.shops

FROM_HISTORY = """
INSERT INTO aftersales_given (shop_id, ticket_id, user_id, amount, at)
SELECT t.shop_id, t.id, u.id,
    CASE WHEN t.type = 'reissue' THEN (
        SELECT COALESCE(SUM(GREATEST(s.price, l.unit_price) * i.quantity), 0)
        FROM aftersales_ticketline i
        JOIN orders_orderline l ON l.shop_id = i.shop_id AND l.id = i.line_id
        JOIN orders_sku s ON s.shop_id = l.shop_id AND s.id = l.sku_id
        WHERE i.shop_id = t.shop_id AND i.ticket_id = t.id
    )
    ELSE COALESCE(t.approved_amount, 0) + GREATEST(-t.price_difference, 0) END,
    MAX(h.at)
FROM aftersales_ticket t
JOIN kernel_history h ON h.shop_id = t.shop_id AND h.machine = 'ticket' AND h.object_id = t.id
JOIN accounts_user u ON u.id = h.actor_id
WHERE h.actor_kind = 'merchant'
    AND (h.action IN ('approve', 'receive', 'reship', 'convert') OR (h.action = 'apply' AND h.target = 'pending_refund'))
GROUP BY t.shop_id, t.id, u.id;
"""
# Foreign keys are checked at COMMIT; tables with checks outstanding cannot be altered.
CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;"


class Migration(migrations.Migration):
    dependencies = [
        ("aftersales", "0017_who_applied"),
        ("orders", "0007_reserved_and_allocated"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Given",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("shop_id", models.BigIntegerField(editable=False)),
                ("amount", models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name="given away")),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "ticket",
                    models.ForeignKey(
                        db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name="given",
                        to="aftersales.ticket", verbose_name="ticket",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={"verbose_name": "given away", "verbose_name_plural": "given away"},
        ),
        migrations.RunSQL(FROM_HISTORY, migrations.RunSQL.noop, elidable=True),
        migrations.RunSQL(CHECK_NOW, CHECK_NOW),
        migrations.AddConstraint("given", kernel.shops.SameShop(field="ticket", name="given_ticket_same_shop")),
        migrations.AddConstraint("given", models.UniqueConstraint(fields=["ticket", "user"], name="given_once")),
        migrations.AddConstraint(
            "given", models.CheckConstraint(condition=models.Q(amount__gte=0), name="given_amount")
        ),
    ]  # fmt: skip
