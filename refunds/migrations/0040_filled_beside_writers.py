"""What 0031 and 0033 brought, where they ran since they hold no lock for it: the accounts that have verified the notices
of before, and the key of a notice with them. Where they ran as they were at first, this changes nothing but notices
that the version before has stored since.
"""

from typing import Any

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations, transaction

from kernel.upgrades import FillInBatches, drop_unfinished

NOTICES = "SELECT id FROM refunds_channelnotice WHERE verified_by = '{}' ORDER BY id"
LOCK = "SELECT FROM refunds_channelnotice WHERE id = ANY(%(ids)s) ORDER BY id FOR UPDATE"
# Of those there are: the account that was asked, which was the first in use with the number, or that of the
# environment (`notices.verified.verifiers`). One that has come again since is told apart by naming none.
VERIFIED_BY = """
    UPDATE refunds_channelnotice AS notice SET verified_by = ARRAY[asked.id]
    FROM refunds_channelnotice AS same, LATERAL (SELECT coalesce((
        SELECT account.id FROM refunds_merchantaccount AS account
        WHERE account.channel = same.channel AND account.account = same.account AND account.secrets <> ''
        ORDER BY account.active DESC, account.id LIMIT 1
    ), 0)) AS asked (id)
    WHERE same.id = notice.id AND notice.id = ANY(%(ids)s) AND notice.verified_by = '{}' AND NOT EXISTS (
        SELECT FROM refunds_channelnotice AS other
        WHERE other.channel = notice.channel AND other.account = notice.account AND other.event_id = notice.event_id
          AND other.verified_by = ARRAY[asked.id]
    )
"""

KEY = "notice_once"
NEW_KEY = "notice_once_verified"
OF_ACCOUNTS = """
    SELECT FROM pg_constraint WHERE conrelid = 'refunds_channelnotice'::regclass AND conname = %s
      AND array_length(conkey, 1) = 4
"""


def key_by_accounts(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(OF_ACCOUNTS, [KEY])
        if cursor.fetchone() is not None:
            return
    if drop_unfinished(schema_editor, NEW_KEY):
        schema_editor.execute(
            f"CREATE UNIQUE INDEX CONCURRENTLY {NEW_KEY} ON refunds_channelnotice"
            " (channel, account, event_id, verified_by)"
        )
    with transaction.atomic(using=schema_editor.connection.alias):
        schema_editor.execute(
            f"ALTER TABLE refunds_channelnotice DROP CONSTRAINT IF EXISTS {KEY},"
            f" ADD CONSTRAINT {KEY} UNIQUE USING INDEX {NEW_KEY}"
        )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("refunds", "0039_account_of_notices")]

    operations = [
        migrations.RunPython(key_by_accounts, migrations.RunPython.noop, atomic=False),
        FillInBatches(NOTICES, LOCK, (VERIFIED_BY,)),
        ValidateConstraint("redirection", "redirection_asked"),
    ]
