"""The calendar of official holidays (part C, holiday pause): until now it stood in the code."""

from datetime import date, timedelta

import django.db.models.deletion
from django.db import migrations, models

# The notice of the General Office of the State Council of 4 November 2025 on the holidays of 2026 (Xinhua, same day).
# The notice for 2027 was not out when this was written: `manage.py import_holidays` adds it.
OFFICIAL = [
    ("元旦", "New Year", date(2026, 1, 1), date(2026, 1, 3)),
    ("春节", "Spring Festival", date(2026, 2, 15), date(2026, 2, 23)),
    ("清明节", "Qingming", date(2026, 4, 4), date(2026, 4, 6)),
    ("劳动节", "Labour Day", date(2026, 5, 1), date(2026, 5, 5)),
    ("端午节", "Dragon Boat Festival", date(2026, 6, 19), date(2026, 6, 21)),
    ("中秋节", "Mid-Autumn Festival", date(2026, 9, 25), date(2026, 9, 27)),
    ("国庆节", "National Day", date(2026, 10, 1), date(2026, 10, 7)),
]


def fill(apps, schema_editor):
    holiday = apps.get_model("accounts", "Holiday")
    for name_zh, name_en, first, last in OFFICIAL:
        holiday.objects.create(name_zh=name_zh, name_en=name_en, first=first, last=last)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0016_since_when_a_role")]

    operations = [
        migrations.CreateModel(
            "Holiday",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name_zh", models.CharField(max_length=40, verbose_name="name in Chinese")),
                ("name_en", models.CharField(max_length=40, verbose_name="name in English")),
                ("first", models.DateField(verbose_name="first day")),
                ("last", models.DateField(verbose_name="last day")),
                (
                    "shop",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="accounts.shop",
                        verbose_name="shop",
                    ),
                ),
            ],
            options={"verbose_name": "holiday", "verbose_name_plural": "holidays", "ordering": ["first", "id"]},
        ),
        migrations.AddConstraint(
            "holiday",
            models.UniqueConstraint(
                fields=("shop", "first"),
                name="holiday_once",
                nulls_distinct=False,
                violation_error_message="A holiday begins on this day already. Change that one.",
            ),
        ),
        migrations.AddConstraint(
            "holiday",
            models.CheckConstraint(
                condition=models.Q(last__gte=models.F("first"), last__lte=models.F("first") + timedelta(days=30)),
                name="holiday_days",
                violation_error_message="It ends on its first day or later, and lasts 31 days at most.",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
