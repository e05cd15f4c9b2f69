"""Where 0031 and 0033 ran as they were at first, older code could store neither a notice nor that a refund was sent on.
Elsewhere this changes nothing. 0040 validates."""

from django.db import migrations

LET_OLDER_CODE_WRITE = """
ALTER TABLE refunds_channelnotice ALTER COLUMN verified_by SET DEFAULT '{}'::bigint[];
ALTER TABLE refunds_channelnotice DROP CONSTRAINT IF EXISTS notice_verified;
ALTER TABLE refunds_redirection DROP CONSTRAINT redirection_asked;
ALTER TABLE refunds_redirection
    ADD CONSTRAINT redirection_asked CHECK (asked_at IS NULL OR confirmed_at IS NOT NULL) NOT VALID;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("refunds", "0035_refusal_of_refunds"),
    ]

    operations = [migrations.RunSQL(LET_OLDER_CODE_WRITE, migrations.RunSQL.noop)]
