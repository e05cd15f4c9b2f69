"""What an exchange was quoted at, what was sent for it, and the order line that it became (B-15).

Exchanges that are under way get what the new columns would say, so that they end as new ones do. Exchanges that have
ended keep their order line as it was: for them `replacement` stays NULL.
"""

import django.db.models.deletion
from django.db import migrations, models

import kernel.shops

# Without a difference the price that was quoted is not known any more: today's stands for it.
QUOTED = """
UPDATE aftersales_ticketline i
SET exchange_price = CASE WHEN i.difference = 0 THEN k.price ELSE l.unit_price + round(i.difference / i.quantity, 2) END
FROM aftersales_ticket t, orders_orderline l, orders_sku k
WHERE t.id = i.ticket_id AND l.id = i.line_id AND k.id = coalesce(i.exchange_sku_id, l.sku_id)
    AND t.type = 'exchange' AND t.status NOT IN ('completed', 'cancelled');
"""

SENT = """
UPDATE aftersales_ticketline i SET sent_quantity = coalesce(i.received_quantity, i.quantity)
FROM aftersales_ticket t WHERE t.id = i.ticket_id AND t.type = 'exchange' AND t.reshipped_at IS NOT NULL;
"""

# Until now the difference of a line that was paid back said how much; for all units announced.
GIVEN_BACK = """
UPDATE aftersales_ticketline i SET given_back = -i.difference
FROM aftersales_ticket t
WHERE t.id = i.ticket_id AND t.reshipped_at IS NOT NULL AND i.difference < 0 AND EXISTS (
    SELECT FROM aftersales_ticketrefund x
    JOIN refunds_refund r ON r.id = x.refund_id JOIN orders_payment p ON p.id = r.payment_id
    WHERE x.ticket_id = t.id AND x.kind = 'difference' AND p.purpose = 'order'
);
"""

OTHER_PRODUCT = """
UPDATE aftersales_ticket t SET other_product = true
WHERE t.type = 'exchange' AND t.status NOT IN ('completed', 'cancelled') AND EXISTS (
    SELECT FROM aftersales_ticketline i
    JOIN orders_orderline l ON l.id = i.line_id
    JOIN orders_sku held ON held.id = l.sku_id JOIN orders_sku sent ON sent.id = i.exchange_sku_id
    WHERE i.ticket_id = t.id AND held.title <> sent.title
);
UPDATE aftersales_ticket SET due_action = 'overdue'
WHERE other_product AND status = 'pending_review' AND due_action = 'approve';
"""

# Replacements that were sent already: what their exchange asked for.
INSIDE = """
UPDATE logistics_parcelline b SET sku_id = i.exchange_sku_id
FROM logistics_parcel p, aftersales_ticketparcel x, aftersales_ticketline i, orders_orderline l
WHERE p.id = b.parcel_id AND p.kind = 'replacement' AND x.parcel_id = p.id AND i.ticket_id = x.ticket_id
    AND i.line_id = b.line_id AND l.id = b.line_id AND i.exchange_sku_id <> l.sku_id;
"""

# Foreign keys are checked at COMMIT; tables with checks outstanding cannot be altered.
CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;"


class Migration(migrations.Migration):
    dependencies = [
        ("aftersales", "0020_not_arrived"),
        ("logistics", "0004_sku_in_a_parcel"),
        ("orders", "0011_product_and_currency_of_skus"),
        ("refunds", "0004_shop_of_every_row"),
    ]

    operations = [
        migrations.RemoveConstraint("ticketline", "ticket_line_amounts"),
        migrations.AddField(
            "ticket",
            "other_product",
            models.BooleanField(default=False, editable=False, verbose_name="exchange for another product"),
        ),
        migrations.AddField(
            "ticketline",
            "exchange_price",
            models.DecimalField(
                blank=True, decimal_places=2, default=None, max_digits=12, null=True,
                verbose_name="list price of the replacement",
            ),
        ),
        migrations.AddField(
            "ticketline",
            "sent_quantity",
            models.PositiveIntegerField(blank=True, null=True, verbose_name="sent instead"),
        ),
        migrations.AddField(
            "ticketline",
            "given_back",
            models.DecimalField(
                decimal_places=2, default=0, max_digits=12, verbose_name="given back for a cheaper replacement"
            ),
        ),
        migrations.AddField(
            "ticketline",
            "replacement",
            models.OneToOneField(
                blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT,
                related_name="replacement_of", to="orders.orderline", verbose_name="replacement",
            ),
        ),
        migrations.RunSQL(QUOTED + SENT + GIVEN_BACK + OTHER_PRODUCT + INSIDE, migrations.RunSQL.noop),
        migrations.RunSQL(CHECK_NOW, CHECK_NOW),
        migrations.AddConstraint(
            "ticketline", kernel.shops.SameShop(field="replacement", name="ticket_line_new_same_shop")
        ),
        migrations.AddConstraint(
            "ticketline",
            models.CheckConstraint(
                condition=models.Q(share_amount__gte=0, refund_amount__gte=0, given_back__gte=0),
                name="ticket_line_amounts",
            ),
        ),
        migrations.AddConstraint(
            "ticketline",
            models.CheckConstraint(
                condition=models.Q(sent_quantity__isnull=True) | models.Q(sent_quantity__lte=models.F("quantity")),
                name="ticket_line_sent",
            ),
        ),
    ]  # fmt: skip
