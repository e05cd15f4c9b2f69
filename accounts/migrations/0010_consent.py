"""How a shop's buyers agree to be paid less: by their own yes alone, unless the shop chooses a note as well (B-13)."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_limit_of_an_order")]

    operations = [
        migrations.AddField(
            "policy",
            "consent",
            models.CharField(
                choices=[
                    ("offer", "only by the buyer's own yes to an offer"),
                    ("note", "also by a note of how the buyer agreed, to which they may object"),
                ],
                default="offer",
                max_length=8,
                verbose_name="paying less than asked for",
            ),
        ),
        migrations.AddConstraint(
            "policy", models.CheckConstraint(condition=Q(consent__in=["offer", "note"]), name="policy_consent")
        ),
    ]
