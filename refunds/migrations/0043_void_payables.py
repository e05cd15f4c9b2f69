"""A payable that was paid by hand and did not come: approved again, and booked as void when support says so."""

import importlib
import re

from django.db import migrations, models

BEFORE = importlib.import_module("refunds.migrations.0027_transfers").FUNCTION
# As refunds/ledger/triggers.py writes it.
FUNCTION = re.sub(
    r"(', 'paid', 'approved', )'approved'",
    r"\1'voided'",
    BEFORE.replace("WHEN 'approved' THEN n.approved_at", "WHEN 'approved' THEN coalesce(n.voided_at, n.approved_at)"),
)


class Migration(migrations.Migration):

    dependencies = [
        ('refunds', '0042_bill_line_came_back'),
    ]

    operations = [
        migrations.AddField(
            model_name='payable',
            name='voided_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='payment void'),
        ),
        migrations.RunSQL(FUNCTION, BEFORE),
    ]
