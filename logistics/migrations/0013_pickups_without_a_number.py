from django.db import migrations, models

from kernel.upgrades import AddNotValid


class Migration(migrations.Migration):
    dependencies = [("logistics", "0012_validated_beside_writers")]

    operations = [
        migrations.RemoveConstraint(model_name="pickup", name="pickup_collected"),
        migrations.AddField(
            model_name="pickup",
            name="cancel_refused_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="too late to cancel"),
        ),
        # 0014 validates both.
        AddNotValid(
            model_name="pickup",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "collected"), _negated=True),
                    ("collected_at__isnull", False),
                    _connector="OR",
                ),
                name="pickup_collected",
            ),
        ),
        AddNotValid(
            model_name="pickup",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cancel_refused_at__isnull", True), ("cancel_asked_at__isnull", False), _connector="OR"
                ),
                name="pickup_cancel_refused",
            ),
        ),
    ]
