"""Messages belong to an order, and perhaps to one of its tickets (S-163)."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import kernel.shops

# Messages are append only; that they get the order of their ticket changes nothing that was said.
ORDERS = """
ALTER TABLE aftersales_message DISABLE TRIGGER aftersales_message_append_only;
UPDATE aftersales_message m SET order_id = t.order_id FROM aftersales_ticket t WHERE t.id = m.ticket_id;
ALTER TABLE aftersales_message ENABLE TRIGGER aftersales_message_append_only;
"""
# Foreign keys are checked at COMMIT; tables with checks outstanding cannot be altered.
CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;"


def of_message(to: str, name: str, **options: object) -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="messages",
        to=to,
        verbose_name=name,
        **options,
    )


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0018_given"), ("orders", "0009_buyer_waits_since")]

    operations = [
        migrations.AddField("message", "order", of_message("orders.order", "order", null=True)),
        migrations.RunSQL(f"{CHECK_NOW}{ORDERS}{CHECK_NOW}", migrations.RunSQL.noop),
        migrations.AlterField("message", "order", of_message("orders.order", "order")),
        migrations.AlterField("message", "ticket", of_message("aftersales.ticket", "ticket", null=True)),
        migrations.RemoveIndex("message", "message_of_ticket"),
        migrations.AddIndex("message", models.Index(fields=["order", "at", "id"], name="message_of_order")),
        migrations.AddConstraint("message", kernel.shops.SameShop(field="order", name="message_order_same_shop")),
        migrations.RemoveConstraint("evidence", "evidence_shop_of_ticket"),
        migrations.AddConstraint(
            "evidence",
            models.CheckConstraint(
                condition=Q(shop_id__isnull=False) | Q(ticket__isnull=True, message__isnull=True),
                name="evidence_used_in_shop",
            ),
        ),
        migrations.AddConstraint(
            "evidence",
            models.CheckConstraint(
                condition=Q(shop_id__isnull=True) | ~Q(ticket__isnull=True, message__isnull=True),
                name="evidence_shop_only_used",
            ),
        ),
    ]
