from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("logistics", "0016_states_on_the_way")]

    operations = [ValidateConstraint("parcel", "parcel_status")]
