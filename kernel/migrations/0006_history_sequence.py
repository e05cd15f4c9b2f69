"""History rows of one row are numbered without gaps, so that a reader of the outbox sees what is missing.

Rows of before any delivery count as dispatched: what is long past is no news.
"""

from django.db import migrations, models
from django.db.models import Q

NUMBER_EXISTING = """
UPDATE kernel_history h SET sequence = n.sequence
FROM (SELECT id, row_number() OVER (PARTITION BY machine, object_id ORDER BY id) AS sequence FROM kernel_history) n
WHERE h.id = n.id
"""

DISPATCH_EXISTING = "UPDATE kernel_history SET dispatched_at = at WHERE dispatched_at IS NULL"

# Whoever writes history holds the lock of the row that it is about, so two writers never take the same number;
# the unique constraint refuses it where one does not. ALWAYS: also where a session skips the ordinary triggers.
NUMBER_NEW = """
CREATE FUNCTION kernel_history_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT coalesce(max(sequence), 0) + 1 INTO NEW.sequence
    FROM kernel_history WHERE machine = NEW.machine AND object_id = NEW.object_id;
    RETURN NEW;
END $$;
CREATE TRIGGER kernel_history_number
    BEFORE INSERT ON kernel_history FOR EACH ROW WHEN (NEW.sequence = 0) EXECUTE FUNCTION kernel_history_number();
ALTER TABLE kernel_history ENABLE ALWAYS TRIGGER kernel_history_number;
"""

NUMBER_NEW_BACKWARD = """
DROP TRIGGER kernel_history_number ON kernel_history;
DROP FUNCTION kernel_history_number();
"""

_APPEND_ONLY = """
DROP TRIGGER kernel_history_append_only ON kernel_history;
CREATE TRIGGER kernel_history_append_only
    BEFORE DELETE OR UPDATE OF id, machine, object_id, {sequence}action, source, target,
        actor_kind, actor_name, actor_id, note, data, at
    ON kernel_history FOR EACH ROW EXECUTE FUNCTION kernel_history_append_only();
"""
APPEND_ONLY = _APPEND_ONLY.format(sequence="sequence, ")
APPEND_ONLY_BACKWARD = _APPEND_ONLY.format(sequence="")


class Migration(migrations.Migration):
    dependencies = [("kernel", "0005_action_and_dispatched_at")]

    operations = [
        migrations.AddField(
            model_name="history", name="sequence", field=models.PositiveIntegerField(db_default=0, editable=False)
        ),
        migrations.RunSQL(NUMBER_EXISTING, migrations.RunSQL.noop),
        migrations.RunSQL(DISPATCH_EXISTING, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="history",
            constraint=models.UniqueConstraint(fields=("machine", "object_id", "sequence"), name="history_sequence"),
        ),
        migrations.AddConstraint(
            model_name="history",
            constraint=models.CheckConstraint(condition=Q(sequence__gt=0), name="history_sequence_from_one"),
        ),
        # The unique index serves what this one did.
        migrations.RemoveIndex(model_name="history", name="history_of_row"),
        migrations.RunSQL(NUMBER_NEW, NUMBER_NEW_BACKWARD),
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_BACKWARD),
    ]
