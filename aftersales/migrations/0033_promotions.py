"""What a ticket keeps back for promotions, and the points and coupons that the shop's system is to move (F-6, F-7)."""

import django.db.models.deletion
import kernel.shops
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0020_promotions'),
        ('aftersales', '0032_duties_and_quality'),
        ('logistics', '0004_sku_in_a_parcel'),
        ('orders', '0020_promotions'),
        ('refunds', '0004_shop_of_every_row'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Benefit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('shop_id', models.BigIntegerField(editable=False)),
                ('kind', models.CharField(choices=[('points_back', 'points go back to the buyer'), ('points_taken_back', 'points earned are taken back'), ('coupon_back', 'a coupon goes back to the buyer'), ('coupon_cancelled', 'a coupon given by the order is cancelled')], max_length=24, verbose_name='kind')),
                ('key', models.CharField(max_length=160, verbose_name='key')),
                ('points', models.PositiveIntegerField(default=0, verbose_name='points')),
                ('code', models.CharField(blank=True, max_length=64, verbose_name='coupon')),
                ('valid_until', models.DateTimeField(blank=True, null=True, verbose_name='valid until')),
                ('reissued', models.BooleanField(default=False, verbose_name='a new coupon, because the old one has expired')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('acknowledged_at', models.DateTimeField(blank=True, null=True, verbose_name='carried out')),
                ('acknowledged_by', models.CharField(blank=True, max_length=150, verbose_name='carried out by')),
            ],
            options={
                'verbose_name': 'points or coupon',
                'verbose_name_plural': 'points and coupons',
                'ordering': ['id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='ticket',
            name='ticket_amounts',
        ),
        migrations.AddField(
            model_name='ticket',
            name='discount_lost',
            field=models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='discount lost on what is kept'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='free_shipping_lost',
            field=models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='free shipping lost'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='gift_kept',
            field=models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='gifts not returned'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='promotion_waived',
            field=models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='of this waived by the shop'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('deduction__gte', 0), ('freight_amount__gte', 0), ('requested_amount__gte', 0), ('service_fee__gte', 0), ('promotion_waived__gte', 0), ('refunded_amount__gte', 0), ('return_freight_amount__gte', 0)), name='ticket_amounts'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('fault', 'buyer'), models.Q(('discount_lost__lte', 0), ('free_shipping_lost__lte', 0), ('gift_kept__lte', 0)), _connector='OR'), name='ticket_fault_loses_nothing'),
        ),
        migrations.AddField(
            model_name='benefit',
            name='order',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='benefits', to='orders.order', verbose_name='order'),
        ),
        migrations.AddField(
            model_name='benefit',
            name='ticket',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='benefits', to='aftersales.ticket', verbose_name='ticket'),
        ),
        migrations.AddIndex(
            model_name='benefit',
            index=models.Index(condition=models.Q(('acknowledged_at__isnull', True)), fields=['shop_id', 'id'], name='benefit_to_do'),
        ),
        migrations.AddIndex(
            model_name='benefit',
            index=models.Index(fields=['shop_id', '-created_at', '-id'], name='benefit_newest'),
        ),
        migrations.AddConstraint(
            model_name='benefit',
            constraint=kernel.shops.SameShop(field='ticket', name='benefit_ticket_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='benefit',
            constraint=kernel.shops.SameShop(field='order', name='benefit_order_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='benefit',
            constraint=models.UniqueConstraint(fields=('shop_id', 'key'), name='benefit_key_once'),
        ),
        migrations.AddConstraint(
            model_name='benefit',
            constraint=models.UniqueConstraint(condition=models.Q(('code', '')), fields=('ticket', 'kind'), name='benefit_points_once_a_ticket'),
        ),
        migrations.AddConstraint(
            model_name='benefit',
            constraint=models.UniqueConstraint(condition=models.Q(('code', ''), _negated=True), fields=('order', 'kind', 'code'), name='benefit_coupon_once_an_order'),
        ),
        migrations.AddConstraint(
            model_name='benefit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('code', ''), ('kind__in', ['points_back', 'points_taken_back']), ('points__gt', 0), ('reissued', False), ('valid_until__isnull', True)), models.Q(('kind', 'coupon_back'), ('points', 0), models.Q(('code', ''), _negated=True)), models.Q(('kind', 'coupon_cancelled'), ('points', 0), ('reissued', False), models.Q(('code', ''), _negated=True)), _connector='OR'), name='benefit_facts_of_its_kind'),
        ),
        migrations.AddConstraint(
            model_name='benefit',
            constraint=models.CheckConstraint(condition=models.Q(('reissued', False), ('valid_until__isnull', False), _connector='OR'), name='benefit_reissued_until'),
        ),
        migrations.AddConstraint(
            model_name='benefit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('acknowledged_at__isnull', True), ('acknowledged_by', '')), ('acknowledged_at__isnull', False), _connector='OR'), name='benefit_acknowledged'),
        ),
    ]
