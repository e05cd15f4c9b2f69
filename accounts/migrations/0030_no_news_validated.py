from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0029_no_news_of_a_parcel")]

    operations = [ValidateConstraint("policy", "policy_silent_days_bounds")]
