"""Every row says whose it is: `shop_id`, filled from the parent, and foreign keys that hold both in one shop."""

import django.db.models.deletion
import kernel.shops
from django.db import migrations, models

FILL = """
UPDATE logistics_parcel x SET shop_id = p.shop_id FROM orders_order p WHERE p.id = x.order_id;
UPDATE logistics_parcelline x SET shop_id = p.shop_id FROM logistics_parcel p WHERE p.id = x.parcel_id;
UPDATE logistics_parcelevent x SET shop_id = p.shop_id FROM logistics_parcel p WHERE p.id = x.parcel_id;
UPDATE kernel_history x SET shop_id = p.shop_id FROM logistics_parcel p WHERE x.machine = 'parcel' AND p.id = x.object_id;
"""


class Migration(migrations.Migration):

    dependencies = [('kernel', '0008_shop_of_history'), ('logistics', '0001_parcels'), ('orders', '0005_shop_of_every_row')]

    operations = [
        migrations.AddField(
            model_name='parcel',
            name='shop_id',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='parcelevent',
            name='shop_id',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='parcelline',
            name='shop_id',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='parcel',
            name='shop_id',
            field=models.BigIntegerField(editable=False),
        ),
        migrations.AlterField(
            model_name='parcelevent',
            name='shop_id',
            field=models.BigIntegerField(editable=False),
        ),
        migrations.AlterField(
            model_name='parcelline',
            name='shop_id',
            field=models.BigIntegerField(editable=False),
        ),
        migrations.AddConstraint(
            model_name='parcel',
            constraint=models.UniqueConstraint(fields=('shop_id', 'id'), name='parcel_id_in_shop'),
        ),
        migrations.AddConstraint(
            model_name='returnaddress',
            constraint=models.UniqueConstraint(fields=('shop', 'id'), name='return_address_id_in_shop'),
        ),
        migrations.AlterField(
            model_name='parcel',
            name='order',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='parcels', to='orders.order', verbose_name='order'),
        ),
        migrations.AlterField(
            model_name='parcel',
            name='replaces',
            field=models.OneToOneField(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='logistics.parcel', verbose_name='replaces'),
        ),
        migrations.AlterField(
            model_name='parcelevent',
            name='parcel',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='events', to='logistics.parcel'),
        ),
        migrations.AlterField(
            model_name='parcelline',
            name='line',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='parcel_lines', to='orders.orderline', verbose_name='order line'),
        ),
        migrations.AlterField(
            model_name='parcelline',
            name='parcel',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='logistics.parcel'),
        ),
        migrations.AddConstraint(
            model_name='parcel',
            constraint=kernel.shops.SameShop(field='order', name='parcel_order_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='parcel',
            constraint=kernel.shops.SameShop(field='replaces', name='parcel_replaces_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='parcelevent',
            constraint=kernel.shops.SameShop(field='parcel', name='parcel_event_parcel_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='parcelline',
            constraint=kernel.shops.SameShop(field='parcel', name='parcel_line_parcel_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='parcelline',
            constraint=kernel.shops.SameShop(field='line', name='parcel_line_line_same_shop'),
        ),
    ]
