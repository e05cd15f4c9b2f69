"""Less money on a note of how the buyer agreed, to which they may object; their claim is decided by a manager, then by
support (B-13). What was lowered before had the shop's tick alone, and nothing says how much of it: nobody can object."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import kernel.shops


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0026_kinds_of_not_as_described")]

    operations = [
        migrations.AddField(
            "ticket",
            "noted_at",
            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="lower amount noted"),
        ),
        migrations.AddField(
            "ticket",
            "objected_at",
            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="objected"),
        ),
        migrations.AddField(
            "ticket", "objection", models.BooleanField(default=False, editable=False, verbose_name="objection")
        ),
        migrations.CreateModel(
            name="NotedConsent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("shop_id", models.BigIntegerField(editable=False)),
                ("amount", models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name="kept back")),
                ("note", models.TextField(max_length=1000, verbose_name="note")),
                ("noted_by", models.CharField(max_length=150)),
                ("noted_by_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField(verbose_name="at")),
                ("objected_at", models.DateTimeField(null=True)),
                (
                    "claim",
                    models.OneToOneField(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objects_to",
                        to="aftersales.ticket",
                    ),
                ),
                (
                    "ticket",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="noted_consent",
                        to="aftersales.ticket",
                        verbose_name="ticket",
                    ),
                ),
            ],
            options={
                "constraints": [
                    kernel.shops.SameShop(field="ticket", name="noted_consent_ticket_same_shop"),
                    kernel.shops.SameShop(field="claim", name="noted_consent_claim_same_shop"),
                    models.CheckConstraint(condition=Q(amount__gte=0), name="noted_consent_amount"),
                    models.CheckConstraint(
                        condition=Q(objected_at__isnull=True, claim__isnull=True)
                        | Q(objected_at__isnull=False, claim__isnull=False),
                        name="noted_consent_objection_has_its_claim",
                    ),
                ],
            },
        ),
    ]
