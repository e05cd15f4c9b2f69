from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("refunds", "0044_call_off_transfers_by_two")]

    operations = [ValidateConstraint("payable", "payable_call_off")]
