"""A replacement that the buyer says did not arrive, and the proof that it did."""

from django.db import migrations, models


def when(name: str) -> models.DateTimeField:
    return models.DateTimeField(blank=True, editable=False, null=True, verbose_name=name)


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0019_messages_of_orders")]

    operations = [
        migrations.AddField("ticket", "not_arrived_at", when("reported as not arrived")),
        migrations.AddField("ticket", "arrival_proven_at", when("arrival proven")),
    ]
