"""What the buyer reads of a settlement by hand, and may object to for 7 days; those that are there as well."""

from django.db import migrations, models


FILL = """
UPDATE aftersales_ticketrefund x SET by_hand_at = r.settled_at
  FROM refunds_refund r
 WHERE r.shop_id = x.shop_id AND r.id = x.refund_id AND r.confirmed_by IS NOT NULL;
UPDATE aftersales_ticket t SET by_hand_at = x.at
  FROM (SELECT ticket_id, max(by_hand_at) AS at FROM aftersales_ticketrefund GROUP BY ticket_id) x
 WHERE x.ticket_id = t.id AND x.at IS NOT NULL;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0016_since_when_a_role'),
        ('aftersales', '0029_remarks_of_messages'),
        ('logistics', '0004_sku_in_a_parcel'),
        ('orders', '0015_resellable_stock'),
        ('refunds', '0005_confirmed_by'),
    ]

    operations = [
        migrations.AddField(
            model_name='ticket',
            name='by_hand_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='settled by hand'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='settlement_objected_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='objected to a settlement by hand'),
        ),
        migrations.AddField(
            model_name='ticketrefund',
            name='by_hand_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='ticketrefund',
            name='objected_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='ticketrefund',
            name='proof_files',
            field=models.JSONField(blank=True, default=list, editable=False),
        ),
        migrations.AddField(
            model_name='ticketrefund',
            name='ruled_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name='evidence',
            name='kind',
            field=models.CharField(choices=[('photo', 'photo'), ('inspection', 'inspection'), ('chat', 'chat'), ('waybill', 'waybill'), ('weight', 'weighing'), ('statement', 'statement'), ('payment', 'proof of payment')], default='photo', max_length=16, verbose_name='kind'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('settlement_objected_at__isnull', False)), fields=['shop', 'settlement_objected_at'], name='ticket_settlement_disputed'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('settlement_objected_at__isnull', True), ('by_hand_at__isnull', False), _connector='OR'), name='ticket_objects_to_a_settlement'),
        ),
        migrations.AddConstraint(
            model_name='ticketrefund',
            constraint=models.CheckConstraint(condition=models.Q(('objected_at__isnull', True), models.Q(('by_hand_at__isnull', False), ('ruled_at__isnull', True)), _connector='OR'), name='ticket_refund_objects_to_a_settlement'),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop, elidable=True),
    ]
