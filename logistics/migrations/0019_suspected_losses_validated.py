from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations, models

from kernel.upgrades import AddIndexBesideWriters


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("logistics", "0018_suspected_losses")]

    operations = [
        AddIndexBesideWriters(
            "parcel",
            models.Index(
                condition=models.Q(("status__in", ("exception", "damaged"))), fields=["shop_id"], name="parcel_to_chase"
            ),
        ),
        ValidateConstraint("parcel", "parcel_silent_is_exception"),
    ]
