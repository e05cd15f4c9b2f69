from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations, models

from kernel.upgrades import AddIndexBesideWriters


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("aftersales", "0054_filled_beside_writers")]

    operations = [
        AddIndexBesideWriters(
            "ticket", models.Index(condition=models.Q(("pickup_open", True)), fields=["id"], name="ticket_pickup_open")
        ),
        ValidateConstraint("ticket", "ticket_pickup_same_shop"),
        ValidateConstraint("ticketrefund", "ticket_refund_supplement"),
    ]
