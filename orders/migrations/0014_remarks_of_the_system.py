"""A remark of the system is a code with its facts; what was written before stays as it is."""

import django.core.serializers.json
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0013_shared_total")]
    operations = [
        migrations.AddField("note", "code", models.CharField(blank=True, default="", max_length=40)),
        migrations.AddField(
            "note",
            "facts",
            models.JSONField(blank=True, default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder),
        ),
        migrations.AlterField("note", "text", models.CharField(blank=True, max_length=500, verbose_name="text")),
        migrations.AddConstraint(
            "note",
            models.CheckConstraint(condition=models.Q(("code", ""), ("text", ""), _negated=True), name="note_says_something"),
        ),
    ]
