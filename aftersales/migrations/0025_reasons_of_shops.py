"""Reasons of one shop (S-167), and kinds of a reason (S-026)."""

import django.db.models.deletion
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("aftersales", "0024_unshipped"), ("accounts", "0001_people_and_shops")]

    operations = [
        migrations.AddField(
            "reason",
            "shop",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="accounts.shop",
                verbose_name="shop",
            ),
        ),
        migrations.AddField(
            "reason",
            "parent",
            models.ForeignKey(
                blank=True,
                limit_choices_to={"parent": None},
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="children",
                to="aftersales.reason",
                verbose_name="a kind of",
            ),
        ),
        migrations.RemoveConstraint("reason", "reason_once"),
        migrations.AddConstraint(
            "reason",
            models.UniqueConstraint(fields=("shop", "type", "code"), name="reason_once", nulls_distinct=False),
        ),
        migrations.AddField(
            "ticket",
            "sub_reason",
            models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="aftersales.reason",
                verbose_name="kind of reason",
            ),
        ),
    ]
