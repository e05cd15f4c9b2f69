from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("logistics", "0011_pickups")]

    operations = [ValidateConstraint("tracking", "tracking_fault")]
