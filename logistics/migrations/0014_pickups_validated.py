from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("logistics", "0013_pickups_without_a_number")]

    operations = [
        ValidateConstraint("pickup", "pickup_collected"),
        ValidateConstraint("pickup", "pickup_cancel_refused"),
    ]
