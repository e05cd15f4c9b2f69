"""Every row says whose it is: `shop_id`, filled from the parent, and foreign keys that hold both in one shop."""

import django.db.models.deletion
import kernel.shops
from django.db import migrations, models

FILL = """
UPDATE refunds_refund x SET shop_id = p.shop_id FROM orders_payment p WHERE p.id = x.payment_id;
UPDATE kernel_history x SET shop_id = p.shop_id FROM refunds_refund p WHERE x.machine = 'refund' AND p.id = x.object_id;
"""


class Migration(migrations.Migration):

    dependencies = [('kernel', '0008_shop_of_history'), ('orders', '0005_shop_of_every_row'), ('refunds', '0003_merchant_account')]

    operations = [
        migrations.AddField(
            model_name='refund',
            name='shop_id',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='refund',
            name='shop_id',
            field=models.BigIntegerField(editable=False),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.UniqueConstraint(fields=('shop_id', 'id'), name='refund_id_in_shop'),
        ),
        migrations.AlterField(
            model_name='refund',
            name='payment',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='orders.payment', verbose_name='payment'),
        ),
        migrations.AlterField(
            model_name='refund',
            name='retry_of',
            field=models.OneToOneField(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='retried_as', to='refunds.refund', verbose_name='retry of'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=kernel.shops.SameShop(field='payment', name='refund_payment_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=kernel.shops.SameShop(field='retry_of', name='refund_retry_same_shop'),
        ),
    ]
