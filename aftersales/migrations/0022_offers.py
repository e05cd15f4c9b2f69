"""Offers of the shop to the buyer, in versions; a ticket says since when one waits for the buyer."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

import kernel.shops

STATUSES = [
    ("open", "open"),
    ("accepted", "accepted"),
    ("declined", "declined"),
    ("superseded", "replaced by a newer one"),
    ("expired", "expired: the ticket has moved on"),
]
TYPES = [
    ("refund_only", "refund only"),
    ("return_refund", "return and refund"),
    ("exchange", "exchange"),
    ("repair", "repair"),
    ("reissue", "reissue"),
]


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0021_replacement_lines")]

    operations = [
        migrations.CreateModel(
            name="Offer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("shop_id", models.BigIntegerField(editable=False)),
                ("type", models.CharField(choices=TYPES, max_length=16, verbose_name="type")),
                ("amount", models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name="amount")),
                (
                    "service_fee",
                    models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name="service fee"),
                ),
                ("note", models.TextField(max_length=1000, verbose_name="note")),
                ("goods", models.JSONField(blank=True, default=dict)),
                ("status", models.CharField(choices=STATUSES, default="open", max_length=16, verbose_name="status")),
                ("at", models.DateTimeField(verbose_name="at")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered")),
                ("made_by", models.CharField(max_length=150, verbose_name="made by")),
                ("made_by_id", models.BigIntegerField(null=True)),
                ("made_by_role", models.CharField(blank=True, max_length=16)),
                ("answered_by_id", models.BigIntegerField(null=True)),
                (
                    "ticket",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offers",
                        to="aftersales.ticket",
                        verbose_name="ticket",
                    ),
                ),
            ],
            options={"verbose_name": "offer", "verbose_name_plural": "offers", "ordering": ["id"]},
        ),
        migrations.AddConstraint(
            "offer", kernel.shops.SameShop(field="ticket", name="offer_ticket_same_shop")
        ),
        migrations.AddConstraint(
            "offer",
            models.UniqueConstraint(fields=["ticket"], condition=Q(status="open"), name="offer_one_open"),
        ),
        migrations.AddConstraint(
            "offer",
            models.CheckConstraint(
                condition=Q(status__in=["open", "accepted", "declined", "superseded", "expired"]), name="offer_status"
            ),
        ),
        migrations.AddConstraint(
            "offer",
            models.CheckConstraint(condition=Q(type__in=["refund_only", "return_refund"]), name="offer_type"),
        ),
        migrations.AddConstraint(
            "offer",
            models.CheckConstraint(
                condition=Q(service_fee__gte=0, amount__gt=F("service_fee")), name="offer_pays_something"
            ),
        ),
        migrations.AddConstraint(
            "offer",
            models.CheckConstraint(
                condition=Q(status="open", answered_at__isnull=True)
                | ~Q(status="open") & Q(answered_at__isnull=False),
                name="offer_open_has_no_answer",
            ),
        ),
        migrations.AddField(
            "ticket",
            "offered_at",
            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="offer made"),
        ),
        migrations.AddConstraint(
            "ticket",
            models.CheckConstraint(
                condition=Q(offered_at__isnull=True)
                | Q(status__in=["pending_refund", "pending_reship", "pending_return", "pending_review"]),
                name="ticket_offer_waits_in_its_states",
            ),
        ),
    ]
