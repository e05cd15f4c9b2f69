"""Every row says whose it is: `shop_id`, filled from the parent, and foreign keys that hold both in one shop."""

import django.db.models.deletion
import kernel.shops
from django.db import migrations, models

FILL = """
UPDATE orders_stock x SET shop_id = p.shop_id FROM orders_sku p WHERE p.id = x.sku_id;
UPDATE orders_reservation x SET shop_id = p.shop_id FROM orders_sku p WHERE p.id = x.sku_id;
UPDATE orders_orderline x SET shop_id = p.shop_id FROM orders_order p WHERE p.id = x.order_id;
UPDATE orders_payment x SET shop_id = p.shop_id FROM orders_order p WHERE p.id = x.order_id;
UPDATE orders_note x SET shop_id = p.shop_id FROM orders_order p WHERE p.id = x.order_id;
UPDATE kernel_history x SET shop_id = p.shop_id FROM orders_order p WHERE x.machine = 'order' AND p.id = x.object_id;
"""


def policies(apps, schema_editor):
    """The versions that orders were placed under. One that orders of two shops share is copied for the second."""
    Order, Policy = apps.get_model("orders", "Order"), apps.get_model("accounts", "Policy")
    pairs = Order.objects.order_by("policy_id", "shop_id").values_list("policy_id", "shop_id").distinct()
    for policy_id, shop_id in pairs:
        policy = Policy.objects.get(pk=policy_id)
        if policy.shop_id is None:
            policy.shop_id = shop_id
            policy.save(update_fields=["shop"])
        elif policy.shop_id != shop_id:
            copied, policy.pk, policy.shop_id = policy.created_at, None, shop_id
            policy.save(force_insert=True)
            Policy.objects.filter(pk=policy.pk).update(created_at=copied)
            Order.objects.filter(policy_id=policy_id, shop_id=shop_id).update(policy=policy)
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):

    dependencies = [('accounts', '0003_shop_of_policies'), ('kernel', '0008_shop_of_history'), ('orders', '0004_line_kind')]

    operations = [
        migrations.AddField(
            model_name='note',
            name='shop_id',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='orderline',
            name='shop_id',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='payment',
            name='shop_id',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='reservation',
            name='shop_id',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='stock',
            name='shop_id',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.RunPython(policies, migrations.RunPython.noop),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='note',
            name='shop_id',
            field=models.BigIntegerField(editable=False),
        ),
        migrations.AlterField(
            model_name='orderline',
            name='shop_id',
            field=models.BigIntegerField(editable=False),
        ),
        migrations.AlterField(
            model_name='payment',
            name='shop_id',
            field=models.BigIntegerField(editable=False),
        ),
        migrations.AlterField(
            model_name='reservation',
            name='shop_id',
            field=models.BigIntegerField(editable=False),
        ),
        migrations.AlterField(
            model_name='stock',
            name='shop_id',
            field=models.BigIntegerField(editable=False),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.UniqueConstraint(fields=('shop', 'id'), name='order_id_in_shop'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.UniqueConstraint(fields=('shop_id', 'id'), name='line_id_in_shop'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.UniqueConstraint(fields=('shop_id', 'id'), name='payment_id_in_shop'),
        ),
        migrations.AddConstraint(
            model_name='reservation',
            constraint=models.UniqueConstraint(fields=('shop_id', 'id'), name='reservation_id_in_shop'),
        ),
        migrations.AddConstraint(
            model_name='sku',
            constraint=models.UniqueConstraint(fields=('shop', 'id'), name='sku_id_in_shop'),
        ),
        migrations.AlterField(
            model_name='note',
            name='order',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='orders.order', verbose_name='order'),
        ),
        migrations.AlterField(
            model_name='order',
            name='policy',
            field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, to='accounts.policy', verbose_name='policy'),
        ),
        migrations.AlterField(
            model_name='orderline',
            name='order',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='orders.order', verbose_name='order'),
        ),
        migrations.AlterField(
            model_name='orderline',
            name='sku',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, to='orders.sku', verbose_name='SKU'),
        ),
        migrations.AlterField(
            model_name='payment',
            name='order',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='orders.order', verbose_name='order'),
        ),
        migrations.AlterField(
            model_name='reservation',
            name='sku',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, to='orders.sku', verbose_name='SKU'),
        ),
        migrations.AlterField(
            model_name='stock',
            name='sku',
            field=models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, to='orders.sku', verbose_name='SKU'),
        ),
        migrations.AddConstraint(
            model_name='note',
            constraint=kernel.shops.SameShop(field='order', name='note_order_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=kernel.shops.SameShop(field='policy', name='order_policy_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=kernel.shops.SameShop(field='order', name='line_order_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=kernel.shops.SameShop(field='sku', name='line_sku_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=kernel.shops.SameShop(field='order', name='payment_order_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='reservation',
            constraint=kernel.shops.SameShop(field='sku', name='reservation_sku_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='stock',
            constraint=kernel.shops.SameShop(field='sku', name='stock_sku_same_shop'),
        ),
    ]
