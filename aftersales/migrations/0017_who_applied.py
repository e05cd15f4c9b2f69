"""Who opened a ticket on the buyer's behalf stands on the ticket; until now only its history said so."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FROM_HISTORY = """
UPDATE aftersales_ticket t SET applied_by_id = u.id
FROM kernel_history h JOIN accounts_user u ON u.id = h.actor_id
WHERE h.shop_id = t.shop_id AND h.machine = 'ticket' AND h.object_id = t.id AND h.action = 'apply'
    AND h.actor_kind IN ('merchant', 'support');
UPDATE aftersales_ticket t SET needs_second_person = true
FROM accounts_membership m
WHERE m.shop_id = t.shop_id AND m.user_id = t.applied_by_id AND m.role = 'agent' AND t.status = 'pending_review'
    AND NOT EXISTS (
        SELECT 1 FROM kernel_history h
        WHERE h.shop_id = t.shop_id AND h.machine = 'ticket' AND h.object_id = t.id AND h.action = 'amend'
    );
"""
# Foreign keys are checked at COMMIT; tables with checks outstanding cannot be altered.
CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;"


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0016_numbers_of_buyers"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.AddField(
            "ticket",
            "applied_by",
            models.ForeignKey(
                blank=True, db_index=False, editable=False, null=True,
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL,
                verbose_name="applied for the buyer by",
            ),
        ),
        migrations.AddField("ticket", "needs_second_person", models.BooleanField(default=False, editable=False)),
        migrations.RunSQL(FROM_HISTORY, migrations.RunSQL.noop, elidable=True),
        migrations.RunSQL(CHECK_NOW, CHECK_NOW),
    ]  # fmt: skip
