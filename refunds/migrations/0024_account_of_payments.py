"""When payments were taken by an account: of those there are, since they were put in use by the history of settings."""

from datetime import datetime

import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
from django.db import migrations
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone


def periods_of(account, changes, now):
    """Of each change of `active`, from when to when; one that is in use without a change has been since its secrets
    were set."""
    periods, since = [], None
    for change in changes:
        before, after = change.fields.get("active", (None, None))
        if after and since is None:
            since = change.at
        elif before and not after and since is not None:
            periods, since = [*periods, DateTimeTZRange(since, change.at)], None
    if account.active and since is None:
        since = datetime.fromisoformat(min(account.secrets_set.values())) if account.secrets_set else now
    if since is None:
        return periods
    return [*periods, DateTimeTZRange(since, None if account.active else now)]


def fill(apps, schema_editor):
    change, now = apps.get_model("kernel", "Change"), timezone.now()
    for account in apps.get_model("refunds", "MerchantAccount").objects.defer("secrets"):
        changes = change.objects.filter(subject="merchant_account", object_id=account.pk).order_by("id")
        account.periods = periods_of(account, changes, now)
        account.save(update_fields=["periods"])


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0015_erasing"),
        ("refunds", "0023_reviewed_notices"),
    ]

    operations = [
        migrations.AddField(
            model_name="merchantaccount",
            name="periods",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                db_default=[],
                default=list,
                editable=False,
                size=None,
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
