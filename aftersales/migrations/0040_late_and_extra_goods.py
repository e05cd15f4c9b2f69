"""Missing units that come late, and goods that nobody announced. What was counted before is given its columns."""

import django.db.models.deletion
import kernel.shops
from django.db import migrations, models

MISSING = """
    UPDATE aftersales_ticketline SET whole_amount = least(share_amount, CASE
        WHEN received_quantity = 0 THEN share_amount ELSE round(refund_amount * quantity / received_quantity, 2) END)
    WHERE received_quantity < quantity;
    UPDATE aftersales_ticket t SET missing_quantity = i.missing FROM (
        SELECT ticket_id, sum(quantity - received_quantity) AS missing FROM aftersales_ticketline
        WHERE received_quantity < quantity GROUP BY ticket_id
    ) i WHERE i.ticket_id = t.id;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('aftersales', '0039_read_marks'),
        ('orders', '0023_labels_as_they_are_read'),
    ]

    operations = [
        migrations.CreateModel(
            name='ExtraGoods',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('shop_id', models.BigIntegerField(editable=False)),
                ('quantity', models.PositiveIntegerField(verbose_name='quantity')),
                ('condition', models.CharField(choices=[('as_new', 'as new'), ('resellable', 'resellable'), ('damaged', 'damaged'), ('wrong', 'wrong goods')], max_length=16, verbose_name='condition')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded')),
            ],
            options={
                'verbose_name': 'extra goods',
                'verbose_name_plural': 'extra goods',
                'ordering': ['id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='benefit',
            name='benefit_points_once_a_ticket',
        ),
        migrations.AddField(
            model_name='benefit',
            name='late',
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name='ticket',
            name='missing_quantity',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False, verbose_name='units missing'),
        ),
        migrations.AddField(
            model_name='ticketline',
            name='whole_amount',
            field=models.DecimalField(blank=True, decimal_places=2, default=None, editable=False, max_digits=12, null=True, verbose_name='refund of all units'),
        ),
        migrations.AddConstraint(
            model_name='benefit',
            constraint=models.UniqueConstraint(condition=models.Q(('code', ''), ('late', False)), fields=('ticket', 'kind'), name='benefit_points_once_a_ticket'),
        ),
        migrations.AddField(
            model_name='extragoods',
            name='line',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.orderline', verbose_name='order line'),
        ),
        migrations.AddField(
            model_name='extragoods',
            name='sku',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.sku', verbose_name='SKU'),
        ),
        migrations.AddField(
            model_name='extragoods',
            name='ticket',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='extra_goods', to='aftersales.ticket', verbose_name='ticket'),
        ),
        migrations.AddConstraint(
            model_name='extragoods',
            constraint=kernel.shops.SameShop(field='ticket', name='extra_goods_ticket_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='extragoods',
            constraint=kernel.shops.SameShop(field='line', name='extra_goods_line_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='extragoods',
            constraint=kernel.shops.SameShop(field='sku', name='extra_goods_sku_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='extragoods',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 1)), name='extra_goods_quantity'),
        ),
        migrations.AddConstraint(
            model_name='extragoods',
            constraint=models.CheckConstraint(condition=models.Q(('condition__in', ['as_new', 'resellable', 'damaged', 'wrong'])), name='extra_goods_condition'),
        ),
        migrations.AddConstraint(
            model_name='extragoods',
            constraint=models.CheckConstraint(condition=models.Q(('line__isnull', True), ('sku__isnull', True), _connector='OR'), name='extra_goods_one_kind'),
        ),
        migrations.RunSQL(MISSING, migrations.RunSQL.noop),
    ]
