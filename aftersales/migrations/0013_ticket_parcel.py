"""The parcels of a ticket in a table of their own, so that every number that was ever given is kept.

Earlier numbers (corrected by the buyer, or of a replacement that was lost) are found by the ticket's history: the
parcel was stored at the very time of the row, with the tracking number in its data.
"""

import django.db.models.deletion
import kernel.shops
from django.db import migrations, models

CURRENT = "".join(
    f"""
INSERT INTO aftersales_ticketparcel (shop_id, ticket_id, parcel_id, kind, is_current)
SELECT shop_id, id, {kind}_parcel_id, '{kind}', true FROM aftersales_ticket WHERE {kind}_parcel_id IS NOT NULL;
"""
    for kind in ("return", "replacement", "send_back")
)

EARLIER = """
INSERT INTO aftersales_ticketparcel (shop_id, ticket_id, parcel_id, kind, is_current)
SELECT t.shop_id, t.id, p.id, p.kind, false
FROM kernel_history h
JOIN aftersales_ticket t ON t.id = h.object_id
JOIN logistics_parcel p ON p.order_id = t.order_id AND p.sent_at = h.at AND p.tracking_no = trim(h.data ->> 'tracking_no')
    AND p.kind = CASE h.action WHEN 'ship_back' THEN 'return' ELSE 'replacement' END
WHERE h.machine = 'ticket' AND h.action IN ('ship_back', 'reship')
ORDER BY h.id
ON CONFLICT (parcel_id) DO NOTHING;
"""

RETURNED = """
UPDATE aftersales_ticket t SET goods_returned_at = p.sent_at FROM logistics_parcel p WHERE p.id = t.send_back_parcel_id;
"""

BACKWARD = "".join(
    f"""
UPDATE aftersales_ticket t SET {kind}_parcel_id = tp.parcel_id
FROM aftersales_ticketparcel tp WHERE tp.ticket_id = t.id AND tp.kind = '{kind}' AND tp.is_current;
"""
    for kind in ("return", "replacement", "send_back")
)

# Foreign keys are checked at COMMIT; tables with checks outstanding cannot be altered.
CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;"


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0012_suspension"), ("logistics", "0002_shop_of_every_row")]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="goods_returned_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="refused goods sent back"),
        ),
        migrations.CreateModel(
            name="TicketParcel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("shop_id", models.BigIntegerField(editable=False)),
                (
                    "ticket",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ticket_parcels",
                        to="aftersales.ticket",
                    ),
                ),
                (
                    "parcel",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ticket_parcel",
                        to="logistics.parcel",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("return", "return"),
                            ("replacement", "replacement"),
                            ("send_back", "refused goods to the buyer"),
                        ],
                        max_length=16,
                    ),
                ),
                ("is_current", models.BooleanField(default=True)),
            ],
        ),
        migrations.RunSQL(CHECK_NOW, CHECK_NOW),
        migrations.RunSQL(CURRENT + EARLIER + RETURNED, BACKWARD),
        migrations.RunSQL(CHECK_NOW, CHECK_NOW),
        migrations.AddConstraint(
            model_name="ticketparcel",
            constraint=kernel.shops.SameShop(field="ticket", name="ticket_parcel_ticket_same_shop"),
        ),
        migrations.AddConstraint(
            model_name="ticketparcel",
            constraint=kernel.shops.SameShop(field="parcel", name="ticket_parcel_parcel_same_shop"),
        ),
        migrations.AddConstraint(
            model_name="ticketparcel",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["return", "replacement", "send_back"])), name="ticket_parcel_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="ticketparcel",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_current", True)), fields=("ticket", "kind"), name="ticket_parcel_one_current"
            ),
        ),
        migrations.RemoveConstraint(model_name="ticket", name="ticket_return_parcel_same_shop"),
        migrations.RemoveConstraint(model_name="ticket", name="ticket_replacement_same_shop"),
        migrations.RemoveConstraint(model_name="ticket", name="ticket_send_back_same_shop"),
        migrations.RemoveField(model_name="ticket", name="replacement_parcel"),
        migrations.RemoveField(model_name="ticket", name="return_parcel"),
        migrations.RemoveField(model_name="ticket", name="send_back_parcel"),
    ]
