from django.db import migrations, models

from kernel.upgrades import AddNotValid


class Migration(migrations.Migration):
    dependencies = [("accounts", "0028_barred_until")]

    operations = [
        migrations.AddField(
            model_name="policy",
            name="silent_days",
            field=models.PositiveSmallIntegerField(
                db_default=5,
                default=5,
                help_text="A parcel on its way that the courier hasn't scanned for so long needs chasing.",
                verbose_name="no news of a parcel, days",
            ),
        ),
        # 0030 validates.
        AddNotValid(
            model_name="policy",
            constraint=models.CheckConstraint(
                condition=models.Q(("silent_days__gte", 2), ("silent_days__lte", 30)), name="policy_silent_days_bounds"
            ),
        ),
    ]
