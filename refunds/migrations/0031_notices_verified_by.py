"""By the secrets of which accounts a notice was verified. What code from before stores while this runs names none.

0040 fills it for the notices of before, and has the constraint of the table.
"""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("refunds", "0030_refusal_of_transfers"),
    ]

    operations = [
        migrations.AddField(
            model_name="channelnotice",
            name="verified_by",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), db_default=[], editable=False, size=None
            ),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint(
                    model_name="channelnotice",
                    name="notice_once",
                ),
                migrations.AddConstraint(
                    model_name="channelnotice",
                    constraint=models.UniqueConstraint(
                        fields=("channel", "account", "event_id", "verified_by"), name="notice_once"
                    ),
                ),
            ]
        ),
    ]
