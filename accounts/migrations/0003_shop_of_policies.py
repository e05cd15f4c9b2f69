"""A version of a policy belongs to one shop. Older versions get theirs from their orders: orders 0005."""

import django.db.models.deletion
from django.db import migrations, models


def current(apps, schema_editor):
    """Of the policies in force. Where two shops had one version each gets its own: a version is one shop's."""
    Shop = apps.get_model("accounts", "Shop")
    for shop in Shop.objects.select_related("policy").order_by("pk"):
        policy = shop.policy
        if policy.shop_id is None:
            policy.shop_id = shop.pk
            policy.save(update_fields=["shop"])
            continue
        copied, policy.pk, policy.shop_id = policy.created_at, None, shop.pk
        policy.save(force_insert=True)
        type(policy).objects.filter(pk=policy.pk).update(created_at=copied)
        Shop.objects.filter(pk=shop.pk).update(policy=policy)
    # Deferred checks that wait for COMMIT would refuse the ALTER TABLE that follows.
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_holiday_pause'),
    ]

    operations = [
        migrations.AddField(
            model_name='policy',
            name='shop',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='policies', to='accounts.shop', verbose_name='shop'),
        ),
        migrations.RunPython(current, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.UniqueConstraint(fields=('shop', 'id'), name='policy_id_in_shop'),
        ),
    ]
