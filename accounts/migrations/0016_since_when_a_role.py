"""Since when the present role of a member counts: from their acceptance, or from the last change of role after it."""

from django.db import migrations, models

FILL = """
UPDATE accounts_membership m
   SET role_since = greatest(m.accepted_at, coalesce((
       SELECT max(c.at) FROM kernel_change c
        WHERE c.shop_id = m.shop_id AND c.subject = 'member' AND c.object_id = m.id AND c.action = 'change'
          AND c.fields ? 'role'
       ), m.accepted_at))
 WHERE m.accepted_at IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0015_collect_couriers"), ("kernel", "0012_changes_of_settings")]

    operations = [
        migrations.AddField("membership", "role_since", models.DateTimeField(blank=True, editable=False, null=True)),
        # The triggers that end tokens watch other columns: nobody is logged out by this.
        migrations.RunSQL(FILL, migrations.RunSQL.noop, elidable=True),
        migrations.AddConstraint(
            "membership",
            models.CheckConstraint(
                condition=models.Q(role_since__isnull=True)
                | models.Q(accepted_at__isnull=False, role_since__gte=models.F("accepted_at")),
                name="membership_role_since",
            ),
        ),
    ]
