"""What an order was bought under, gifts, points earned, and what refunds keep back for it (F-6, F-7)."""

import django.db.models.deletion
import kernel.shops
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0020_promotions'),
        ('orders', '0019_refunded_before'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Promotion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('shop_id', models.BigIntegerField(editable=False)),
                ('kind', models.CharField(choices=[('threshold', 'discount from an amount on'), ('free_shipping', 'free shipping from an amount on'), ('coupon_used', 'coupon used'), ('coupon_given', 'coupon given by the order')], max_length=16, verbose_name='kind')),
                ('code', models.CharField(max_length=64, verbose_name='code')),
                ('threshold', models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='from an amount of')),
                ('discount', models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='discount')),
                ('freight', models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='freight without it')),
                ('valid_until', models.DateTimeField(blank=True, null=True, verbose_name='valid until')),
            ],
            options={
                'verbose_name': 'promotion',
                'verbose_name_plural': 'promotions',
                'ordering': ['id'],
            },
        ),
        migrations.AddField(
            model_name='order',
            name='has_promotions',
            field=models.BooleanField(default=False, editable=False, verbose_name='bought under promotions'),
        ),
        migrations.AddField(
            model_name='order',
            name='points_earned',
            field=models.PositiveIntegerField(default=0, verbose_name='points earned'),
        ),
        migrations.AddField(
            model_name='order',
            name='promotion_kept',
            field=models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='kept back for promotions'),
        ),
        migrations.AddField(
            model_name='order',
            name='promotion_open',
            field=models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='of this on its way'),
        ),
        migrations.AddField(
            model_name='orderline',
            name='gift_of',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='gifts', to='orders.orderline', verbose_name='gift with'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('promotion_kept__gte', 0)), name='order_promotion_kept'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=kernel.shops.SameShop(field='gift_of', name='line_gift_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('kind', 'gift'), _negated=True), ('gift_of__isnull', True)), models.Q(('kind', 'gift'), models.Q(('paid_amount', 0), ('replaces__isnull', False), _connector='OR')), _connector='OR'), name='line_gift_is_free'),
        ),
        migrations.AddField(
            model_name='promotion',
            name='order',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='promotions', to='orders.order', verbose_name='order'),
        ),
        migrations.AddConstraint(
            model_name='promotion',
            constraint=kernel.shops.SameShop(field='order', name='promotion_order_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='promotion',
            constraint=models.UniqueConstraint(fields=('order', 'kind', 'code'), name='promotion_once'),
        ),
        migrations.AddConstraint(
            model_name='promotion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('discount__gt', 0), ('freight', 0), ('kind', 'threshold'), ('threshold__gt', 0), ('valid_until__isnull', True)), models.Q(('discount', 0), ('freight__gt', 0), ('kind', 'free_shipping'), ('threshold__gt', 0), ('valid_until__isnull', True)), models.Q(('discount', 0), ('freight', 0), ('kind__in', ['coupon_used', 'coupon_given']), ('threshold', 0)), _connector='OR'), name='promotion_facts_of_its_kind'),
        ),
    ]
