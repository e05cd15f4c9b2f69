"""What the system says in a conversation is a code, as in the history. What was stored as a sentence stays: messages
are evidence and are never changed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0028_freight_collect")]

    operations = [
        migrations.AddField(
            "message", "remark", models.CharField(blank=True, default="", editable=False, max_length=32), False
        ),
    ]
