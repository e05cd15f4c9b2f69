"""The shop of a policy is known for every version now, and a shop has only its own in force."""

import django.db.models.deletion
import kernel.shops
from django.db import migrations, models

# Versions that are not in force and that no order was placed under: nothing says whose they were.
UNUSED = "DELETE FROM accounts_policy WHERE shop_id IS NULL"


class Migration(migrations.Migration):

    dependencies = [('accounts', '0003_shop_of_policies'), ('orders', '0005_shop_of_every_row')]

    operations = [
        migrations.RunSQL(UNUSED, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='policy',
            name='shop',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='policies', to='accounts.shop', verbose_name='shop'),
        ),
        migrations.AlterField(
            model_name='shop',
            name='policy',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='current_of', to='accounts.policy', verbose_name='policy'),
        ),
        migrations.AddConstraint(
            model_name='shop',
            constraint=kernel.shops.SameShop(field='policy', name='shop_policy_same_shop', shop='id'),
        ),
    ]
