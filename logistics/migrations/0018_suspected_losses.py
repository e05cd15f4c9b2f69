from django.db import migrations, models

from kernel.upgrades import AddNotValid


class Migration(migrations.Migration):
    dependencies = [("accounts", "0029_no_news_of_a_parcel"), ("logistics", "0017_states_validated")]

    operations = [
        migrations.AddField(
            model_name="parcel",
            name="silent_since",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="no news since"),
        ),
        # 0019 validates.
        AddNotValid(
            model_name="parcel",
            constraint=models.CheckConstraint(
                condition=models.Q(("silent_since__isnull", True), ("status", "exception"), _connector="OR"),
                name="parcel_silent_is_exception",
            ),
        ),
    ]
