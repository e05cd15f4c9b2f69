from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0028_refund_owed")]

    operations = [ValidateConstraint("order", "order_refund_owed")]
