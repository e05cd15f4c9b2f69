"""What was set in a shop: who, when, from what to what."""

import django.core.serializers.json
import django.db.models.functions.datetime
from django.db import migrations, models

KINDS = (
    "buyer", "merchant", "support", "integration", "clock", "gateway", "courier", "rule", "arbiter", "guest", "agent",
)  # fmt: skip

FORWARD = """
CREATE FUNCTION kernel_change_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was set is append only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER kernel_change_append_only
    BEFORE DELETE OR UPDATE ON kernel_change FOR EACH ROW EXECUTE FUNCTION kernel_change_append_only();
"""

BACKWARD = """
DROP TRIGGER kernel_change_append_only ON kernel_change;
DROP FUNCTION kernel_change_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0011_shop_of_idempotency_keys")]

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("shop_id", models.BigIntegerField()),
                ("subject", models.CharField(max_length=16)),
                ("object_id", models.BigIntegerField()),
                ("label", models.CharField(max_length=240)),
                ("action", models.CharField(max_length=8)),
                ("fields", models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("actor_kind", models.CharField(max_length=16)),
                ("actor_name", models.CharField(max_length=150)),
                ("actor_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "indexes": [models.Index(fields=["shop_id", "at", "id"], name="change_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("action__in", ["add", "change", "remove"])), name="change_action"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("actor_kind__in", KINDS)), name="change_actor_kind"
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
