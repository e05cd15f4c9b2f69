from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('refunds', '0049_paid_to_shop'),
    ]

    operations = [
        ValidateConstraint('refund', 'refund_paid_to_shop'),
    ]
