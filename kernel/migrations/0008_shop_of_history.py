"""Whose the row of a line of history is. Each app fills it for its machines; then it is NOT NULL (0009)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0007_actor_kinds")]

    operations = [
        migrations.AddField(model_name="history", name="shop_id", field=models.BigIntegerField(null=True)),
    ]
