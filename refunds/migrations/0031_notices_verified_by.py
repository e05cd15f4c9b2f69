"""By the secrets of which accounts a notice was verified; of those there are: of the one that was asked, which was the
first in use with the number, or that of the environment. What code from before stores while this runs names none."""

import django.contrib.postgres.fields
from django.db import migrations, models

FILL = """
UPDATE refunds_channelnotice AS notice SET verified_by = ARRAY[coalesce((
    SELECT account.id FROM refunds_merchantaccount AS account
    WHERE account.channel = notice.channel AND account.account = notice.account AND account.secrets <> ''
    ORDER BY account.active DESC, account.id LIMIT 1
), 0)]
WHERE verified_by = '{}'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("refunds", "0030_refusal_of_transfers"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="channelnotice",
            name="notice_once",
        ),
        migrations.AddField(
            model_name="channelnotice",
            name="verified_by",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), db_default=[], editable=False, size=None
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="channelnotice",
            constraint=models.UniqueConstraint(
                fields=("channel", "account", "event_id", "verified_by"), name="notice_once"
            ),
        ),
    ]
