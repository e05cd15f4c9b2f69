"""A ticket says itself that less than possible was approved; until now that was guessed from the requested amount."""

from typing import Any

from django.db import migrations, models
from django.db.models import F


def mark_reduced(apps: Any, schema_editor: Any) -> None:
    tickets = apps.get_model("aftersales", "Ticket").objects
    tickets.filter(approved_amount__lt=F("requested_amount") - F("service_fee") - F("deduction")).update(reduced=True)


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0013_ticket_parcel")]

    operations = [
        migrations.AddField("ticket", "reduced", models.BooleanField(default=False, editable=False)),
        migrations.RunPython(mark_reduced, migrations.RunPython.noop, elidable=True),
    ]
