"""All pauses of a shop, past ones too: deadlines that count from an earlier date leave each of them out."""

from django.db import migrations, models

FILL = """
UPDATE accounts_shop SET pauses = jsonb_build_array(jsonb_build_array(
       to_char(pause_starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US+00:00'),
       to_char(pause_ends_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US+00:00')))
 WHERE pause_starts_at IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0013_bounds")]

    operations = [
        migrations.AddField("shop", "pauses", models.JSONField(blank=True, default=list, editable=False)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop, elidable=True),
    ]
