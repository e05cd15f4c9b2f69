from django.db import migrations, models

from kernel.upgrades import AddNotValid


class Migration(migrations.Migration):

    dependencies = [
        ('refunds', '0043_void_payables'),
    ]

    operations = [
        migrations.AddField(
            model_name='payable',
            name='call_off_proposed_by',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='transfer',
            name='checked_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        AddNotValid(
            'payable',
            models.CheckConstraint(condition=models.Q(('call_off_proposed_by__isnull', True), ('status', 'paying'), _connector='OR'), name='payable_call_off'),
        ),
    ]
