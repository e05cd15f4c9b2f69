"""Texts for rejections become ready texts for any use. What shops wrote stays, as texts for rejections."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_holiday_pause"), ("aftersales", "0005_open_tickets_in_order")]

    operations = [
        migrations.RenameModel("RejectTemplate", "ReadyText"),
        migrations.AlterModelOptions(
            name="readytext",
            options={"verbose_name": "ready text", "verbose_name_plural": "ready texts"},
        ),
        migrations.AddField(
            model_name="readytext",
            name="use",
            field=models.CharField(
                choices=[("reject", "rejections"), ("reply", "replies to buyers")],
                default="reject",
                max_length=16,
                verbose_name="for",
            ),
        ),
        migrations.AddField(
            model_name="readytext",
            name="title",
            field=models.CharField(blank=True, default="", max_length=40, verbose_name="short title"),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="readytext",
            name="shop",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                to="accounts.shop",
                verbose_name="shop",
            ),
        ),
        migrations.AddConstraint(
            model_name="readytext",
            constraint=models.CheckConstraint(
                condition=models.Q(("use__in", ["reject", "reply"])), name="ready_text_use"
            ),
        ),
    ]
