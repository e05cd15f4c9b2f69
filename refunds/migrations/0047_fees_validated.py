from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("refunds", "0046_fees")]

    operations = [
        ValidateConstraint("ledgerentry", "ledger_accounts"),
        ValidateConstraint("ledgerentry", "ledger_about"),
    ]
