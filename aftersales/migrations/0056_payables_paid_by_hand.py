from django.db import migrations, models

from kernel.upgrades import AddNotValid


class Migration(migrations.Migration):

    dependencies = [
        ('aftersales', '0055_validated_beside_writers'),
        ('refunds', '0043_void_payables'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='ticket',
            name='ticket_objects_to_a_settlement',
        ),
        migrations.AddField(
            model_name='ticketpayable',
            name='by_hand_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='ticketpayable',
            name='objected_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='ticketpayable',
            name='proof_files',
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list, editable=False),
        ),
        migrations.AddField(
            model_name='ticketpayable',
            name='ruled_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name='ticketrefund',
            name='proof_files',
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list, editable=False),
        ),
        AddNotValid(
            'ticketpayable',
            models.CheckConstraint(condition=models.Q(('objected_at__isnull', True), models.Q(('by_hand_at__isnull', False), ('ruled_at__isnull', True)), _connector='OR'), name='ticket_payable_objects_to_a_settlement'),
        ),
    ]
