"""The database itself refuses to rewrite or delete history. Only `told_at`, the outbox's mark, may change."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION kernel_history_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history is append only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER kernel_history_append_only
    BEFORE DELETE OR UPDATE OF id, machine, object_id, verb, source, target,
        actor_kind, actor_name, actor_id, note, data, at
    ON kernel_history FOR EACH ROW EXECUTE FUNCTION kernel_history_append_only();
"""

BACKWARD = """
DROP TRIGGER kernel_history_append_only ON kernel_history;
DROP FUNCTION kernel_history_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_history")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
