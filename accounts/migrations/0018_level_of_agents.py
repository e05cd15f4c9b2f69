"""How far an agent goes (S-161): all cases, or simple ones only."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0017_holidays")]

    operations = [
        migrations.AddField(
            "membership",
            "level",
            models.CharField(
                choices=[("full", "all cases"), ("simple", "simple cases only")],
                default="full",
                max_length=8,
                verbose_name="level",
            ),
        ),
        migrations.AddConstraint(
            "membership",
            models.CheckConstraint(
                condition=models.Q(level="full") | models.Q(level="simple", role="agent"), name="membership_level"
            ),
        ),
    ]
