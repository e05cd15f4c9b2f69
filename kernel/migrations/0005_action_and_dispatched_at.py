"""The field's words: what was done is an action; news that was handed to the outside was dispatched."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0004_history_newest")]

    operations = [
        migrations.RemoveIndex(model_name="history", name="history_untold"),
        migrations.RenameField(model_name="history", old_name="verb", new_name="action"),
        migrations.RenameField(model_name="history", old_name="told_at", new_name="dispatched_at"),
        migrations.AddIndex(
            model_name="history",
            index=models.Index(
                condition=models.Q(("dispatched_at__isnull", True)), fields=["id"], name="history_undispatched"
            ),
        ),
    ]
