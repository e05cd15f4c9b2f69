"""A voucher or a gift instead of money: what was offered, and what became of it."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0017_holidays'),
        ('aftersales', '0033_promotions'),
        ('logistics', '0004_sku_in_a_parcel'),
        ('orders', '0015_resellable_stock'),
        ('refunds', '0005_confirmed_by'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='offer',
            name='offer_type',
        ),
        migrations.AddField(
            model_name='offer',
            name='code',
            field=models.CharField(blank=True, max_length=64, verbose_name='code of the voucher'),
        ),
        migrations.AddField(
            model_name='offer',
            name='valid_until',
            field=models.DateField(blank=True, null=True, verbose_name='valid until'),
        ),
        migrations.AddField(
            model_name='offer',
            name='what',
            field=models.CharField(blank=True, max_length=200, verbose_name='what it is'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='gift_due_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='to be handed over until'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='handed_over_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='handed over'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='outcome',
            field=models.CharField(blank=True, choices=[('voucher', 'voucher'), ('gift', 'gift')], max_length=16, verbose_name='outcome'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='outcome_cost',
            field=models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='cost of the outcome'),
        ),
        migrations.AlterField(
            model_name='offer',
            name='type',
            field=models.CharField(choices=[('refund_only', 'refund only'), ('return_refund', 'return and refund'), ('exchange', 'exchange'), ('repair', 'repair'), ('reissue', 'reissue'), ('voucher', 'voucher'), ('gift', 'gift')], max_length=16, verbose_name='type'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('gift_due_at__isnull', False)), fields=['shop', 'gift_due_at'], name='ticket_gift_due'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(('type__in', ['refund_only', 'return_refund']), ('type__in', ['voucher', 'gift']), _connector='OR'), name='offer_type'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('type__in', ['voucher', 'gift']), models.Q(('what', ''), _negated=True), ('service_fee', 0)), models.Q(models.Q(('type__in', ['voucher', 'gift']), _negated=True), ('code', ''), ('valid_until__isnull', True), ('what', '')), _connector='OR'), name='offer_in_kind_says_what'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('gift_due_at__isnull', True), ('handed_over_at__isnull', True), ('outcome', ''), ('outcome_cost', 0)), models.Q(('outcome__in', ['voucher', 'gift']), ('outcome_cost__gt', 0), ('refunded_amount', 0), ('status', 'completed'), models.Q(('gift_due_at__isnull', True), ('handed_over_at__isnull', True), _connector='OR')), _connector='OR'), name='ticket_outcome'),
        ),
    ]
