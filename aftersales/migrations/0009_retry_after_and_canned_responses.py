"""The field's words: a failed deadline is retried after a time; texts that are written once are canned responses."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0008_all_tickets_in_order")]

    operations = [
        migrations.RenameField(model_name="ticket", old_name="ring_after", new_name="retry_after"),
        migrations.RenameField(model_name="ticket", old_name="ring_failures", new_name="deadline_failures"),
        migrations.AlterField(
            model_name="ticket",
            name="retry_after",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="tried again after a failure"
            ),
        ),
        migrations.AlterField(
            model_name="ticket",
            name="deadline_failures",
            field=models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="failed attempts"),
        ),
        migrations.RenameModel(old_name="ReadyText", new_name="CannedResponse"),
        migrations.AlterModelOptions(
            name="cannedresponse",
            options={"verbose_name": "canned response", "verbose_name_plural": "canned responses"},
        ),
    ]
