"""The version of a ticket, which a decision names: what was decided on is what was seen."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0014_reduced")]

    operations = [
        migrations.AddField("ticket", "version", models.PositiveIntegerField(default=1, editable=False)),
    ]
