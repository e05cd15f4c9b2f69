"""What a return pays that breaks a promotion, lost free shipping, and how long a new coupon is valid (F-6, F-7)."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0019_erasure_requests'),
    ]

    operations = [
        migrations.AddField(
            model_name='policy',
            name='coupon_days',
            field=models.PositiveSmallIntegerField(default=7, verbose_name='an expired coupon comes back for, days'),
        ),
        migrations.AddField(
            model_name='policy',
            name='free_shipping_deducted',
            field=models.BooleanField(default=False, verbose_name='lost free shipping is deducted'),
        ),
        migrations.AddField(
            model_name='policy',
            name='promotion_refund',
            field=models.CharField(choices=[('apportioned', "the goods' share of what was paid"), ('recalculate', 'what was paid less the price of what is kept, without the lost discount')], default='apportioned', max_length=16, verbose_name='returns that break a promotion'),
        ),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.CheckConstraint(condition=models.Q(('coupon_days__gte', 7), ('coupon_days__lte', 365)), name='policy_coupon_days_bounds'),
        ),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.CheckConstraint(condition=models.Q(('promotion_refund__in', ['apportioned', 'recalculate'])), name='policy_promotion_refund'),
        ),
    ]
