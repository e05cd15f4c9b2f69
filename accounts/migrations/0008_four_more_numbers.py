"""Numbers of the clocks: scans of return numbers, refused goods, replacements that did not arrive, shipping."""

from django.db import migrations, models


def number(default: int, name: str) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(default=default, verbose_name=name)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_members_are_not_support")]

    operations = [
        migrations.AddField("policy", "tracking_hours", number(72, "first scan of a return number, hours")),
        migrations.AddField("policy", "return_goods_days", number(7, "sending refused goods back, days")),
        migrations.AddField(
            "policy", "not_arrived_hours", number(48, "answering that a replacement did not arrive, hours")
        ),
        migrations.AddField("policy", "ship_hours", number(48, "shipping after payment, hours")),
    ]
