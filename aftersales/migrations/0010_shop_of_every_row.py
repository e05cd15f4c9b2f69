"""Every row says whose it is: `shop_id`, filled from the parent, and foreign keys that hold both in one shop."""

import django.db.models.deletion
import kernel.shops
from django.db import migrations, models

# A trigger refuses every UPDATE of a message; whose it is was true all the time.
FILL = """
ALTER TABLE aftersales_message DISABLE TRIGGER aftersales_message_append_only;
UPDATE aftersales_message x SET shop_id = p.shop_id FROM aftersales_ticket p WHERE p.id = x.ticket_id;
ALTER TABLE aftersales_message ENABLE TRIGGER aftersales_message_append_only;
UPDATE aftersales_ticketline x SET shop_id = p.shop_id FROM aftersales_ticket p WHERE p.id = x.ticket_id;
UPDATE aftersales_inspection x SET shop_id = p.shop_id FROM aftersales_ticketline p WHERE p.id = x.ticket_line_id;
UPDATE aftersales_ticketrefund x SET shop_id = p.shop_id FROM aftersales_ticket p WHERE p.id = x.ticket_id;
UPDATE aftersales_evidence x SET shop_id = p.shop_id FROM aftersales_ticket p WHERE p.id = x.ticket_id;
UPDATE kernel_history x SET shop_id = p.shop_id FROM aftersales_ticket p WHERE x.machine = 'ticket' AND p.id = x.object_id;
"""


class Migration(migrations.Migration):

    dependencies = [('aftersales', '0009_retry_after_and_canned_responses'), ('logistics', '0002_shop_of_every_row'), ('refunds', '0004_shop_of_every_row')]

    operations = [
        migrations.AddField(
            model_name='evidence',
            name='shop_id',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='inspection',
            name='shop_id',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='message',
            name='shop_id',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='ticketline',
            name='shop_id',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='ticketrefund',
            name='shop_id',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='inspection',
            name='shop_id',
            field=models.BigIntegerField(editable=False),
        ),
        migrations.AlterField(
            model_name='message',
            name='shop_id',
            field=models.BigIntegerField(editable=False),
        ),
        migrations.AlterField(
            model_name='ticketline',
            name='shop_id',
            field=models.BigIntegerField(editable=False),
        ),
        migrations.AlterField(
            model_name='ticketrefund',
            name='shop_id',
            field=models.BigIntegerField(editable=False),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(fields=('shop_id', 'id'), name='message_id_in_shop'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.UniqueConstraint(fields=('shop', 'id'), name='ticket_id_in_shop'),
        ),
        migrations.AddConstraint(
            model_name='ticketline',
            constraint=models.UniqueConstraint(fields=('shop_id', 'id'), name='ticket_line_id_in_shop'),
        ),
        migrations.AlterField(
            model_name='evidence',
            name='message',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='aftersales.message', verbose_name='message'),
        ),
        migrations.AlterField(
            model_name='evidence',
            name='ticket',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='aftersales.ticket', verbose_name='ticket'),
        ),
        migrations.AlterField(
            model_name='inspection',
            name='ticket_line',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='inspections', to='aftersales.ticketline'),
        ),
        migrations.AlterField(
            model_name='message',
            name='ticket',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='aftersales.ticket', verbose_name='ticket'),
        ),
        migrations.AlterField(
            model_name='ticket',
            name='difference_payment',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.payment', verbose_name='payment of the difference'),
        ),
        migrations.AlterField(
            model_name='ticket',
            name='order',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='orders.order', verbose_name='order'),
        ),
        migrations.AlterField(
            model_name='ticket',
            name='replacement_parcel',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replacement_tickets', to='logistics.parcel'),
        ),
        migrations.AlterField(
            model_name='ticket',
            name='return_address',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='logistics.returnaddress', verbose_name='return address'),
        ),
        migrations.AlterField(
            model_name='ticket',
            name='return_parcel',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='return_tickets', to='logistics.parcel'),
        ),
        migrations.AlterField(
            model_name='ticket',
            name='send_back_parcel',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='send_back_tickets', to='logistics.parcel'),
        ),
        migrations.AlterField(
            model_name='ticketline',
            name='exchange_sku',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.sku', verbose_name='exchanged for'),
        ),
        migrations.AlterField(
            model_name='ticketline',
            name='line',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='ticket_lines', to='orders.orderline', verbose_name='order line'),
        ),
        migrations.AlterField(
            model_name='ticketline',
            name='reservation',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.reservation', verbose_name='reservation'),
        ),
        migrations.AlterField(
            model_name='ticketline',
            name='ticket',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='aftersales.ticket', verbose_name='ticket'),
        ),
        migrations.AlterField(
            model_name='ticketrefund',
            name='refund',
            field=models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='ticket_refund', to='refunds.refund'),
        ),
        migrations.AlterField(
            model_name='ticketrefund',
            name='ticket',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='ticket_refunds', to='aftersales.ticket'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('message__isnull', True), ('shop_id__isnull', True), ('ticket__isnull', True)), models.Q(('shop_id__isnull', False), ('ticket__isnull', False)), _connector='OR'), name='evidence_shop_of_ticket'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=kernel.shops.SameShop(field='ticket', name='evidence_ticket_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=kernel.shops.SameShop(field='message', name='evidence_message_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='inspection',
            constraint=kernel.shops.SameShop(field='ticket_line', name='inspection_line_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=kernel.shops.SameShop(field='ticket', name='message_ticket_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=kernel.shops.SameShop(field='order', name='ticket_order_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=kernel.shops.SameShop(field='difference_payment', name='ticket_difference_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=kernel.shops.SameShop(field='return_address', name='ticket_address_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=kernel.shops.SameShop(field='return_parcel', name='ticket_return_parcel_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=kernel.shops.SameShop(field='replacement_parcel', name='ticket_replacement_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=kernel.shops.SameShop(field='send_back_parcel', name='ticket_send_back_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='ticketline',
            constraint=kernel.shops.SameShop(field='ticket', name='ticket_line_ticket_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='ticketline',
            constraint=kernel.shops.SameShop(field='line', name='ticket_line_line_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='ticketline',
            constraint=kernel.shops.SameShop(field='exchange_sku', name='ticket_line_sku_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='ticketline',
            constraint=kernel.shops.SameShop(field='reservation', name='ticket_line_stock_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='ticketrefund',
            constraint=kernel.shops.SameShop(field='ticket', name='ticket_refund_ticket_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='ticketrefund',
            constraint=kernel.shops.SameShop(field='refund', name='ticket_refund_refund_same_shop'),
        ),
    ]
