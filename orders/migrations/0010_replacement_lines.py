"""Exchanged units become an order line of their own (B-15). Lines of exchanges that ended before keep what they are:
what the buyer holds instead, and at which price, was not recorded then."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

import kernel.shops


def money(label: str, **options: object) -> models.DecimalField:
    return models.DecimalField(decimal_places=2, max_digits=12, verbose_name=label, **{"default": 0, **options})


class Migration(migrations.Migration):
    dependencies = [("orders", "0009_buyer_waits_since")]

    operations = [
        migrations.RemoveConstraint("orderline", "line_units_once"),
        migrations.RemoveConstraint("orderline", "line_money_once"),
        migrations.RemoveConstraint("orderline", "line_paid_adds_up"),
        migrations.AddField(
            "orderline",
            "replaces",
            models.ForeignKey(
                blank=True, db_constraint=False, db_index=False, null=True,
                on_delete=django.db.models.deletion.PROTECT, related_name="replaced_by", to="orders.orderline",
                verbose_name="replaces",
            ),
        ),
        migrations.AddField(
            "orderline", "exchanged_quantity", models.PositiveIntegerField(default=0, verbose_name="exchanged")
        ),
        migrations.AddField("orderline", "exchanged_amount", money("gone to replacements")),
        migrations.AddField(
            "orderline", "list_paid", money("list price that was paid for", default=None, null=True, blank=True)
        ),
        migrations.AddField(
            "orderline",
            "window_ends_at",
            models.DateTimeField(blank=True, null=True, verbose_name="its own window ends"),
        ),
        migrations.AddField(
            "orderline",
            "difference_payment",
            models.ForeignKey(
                blank=True, db_constraint=False, db_index=False, null=True,
                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="orders.payment",
                verbose_name="payment of the difference",
            ),
        ),
        migrations.AddField("orderline", "difference_paid", money("difference paid")),
        migrations.AddField("orderline", "difference_refunded", money("difference refunded")),
        migrations.AddConstraint(
            "orderline", kernel.shops.SameShop(field="replaces", name="line_replaces_same_shop")
        ),
        migrations.AddConstraint(
            "orderline", kernel.shops.SameShop(field="difference_payment", name="line_difference_same_shop")
        ),
        migrations.AddConstraint(
            "orderline",
            models.CheckConstraint(
                condition=Q(quantity__gte=F("refunded_quantity") + F("open_quantity") + F("exchanged_quantity")),
                name="line_units_once",
            ),
        ),
        migrations.AddConstraint(
            "orderline",
            models.CheckConstraint(
                condition=Q(refunded_amount__gte=0, open_amount__gte=0, exchanged_amount__gte=0)
                & Q(paid_amount__gte=F("refunded_amount") + F("open_amount") + F("exchanged_amount")),
                name="line_money_once",
            ),
        ),
        migrations.AddConstraint(
            "orderline",
            models.CheckConstraint(
                condition=Q(
                    replaces__isnull=True,
                    paid_amount=F("unit_price") * F("quantity")
                    - F("discount") - F("discount_share") - F("points_share"),
                )
                | Q(replaces__isnull=False, discount=0, discount_share=0, points_share=0),
                name="line_paid_adds_up",
            ),
        ),
        migrations.AddConstraint(
            "orderline",
            models.CheckConstraint(
                condition=Q(replaces__isnull=True, list_paid__isnull=True, window_ends_at__isnull=True)
                | Q(replaces__isnull=False) & (Q(list_paid__isnull=True) | Q(list_paid__gte=0)),
                name="line_bought_or_replacement",
            ),
        ),
        migrations.AddConstraint(
            "orderline",
            models.CheckConstraint(
                condition=Q(difference_refunded__gte=0, difference_paid__gte=F("difference_refunded"))
                & (Q(difference_paid=0) | Q(difference_payment__isnull=False, replaces__isnull=False)),
                name="line_difference_once",
            ),
        ),
    ]  # fmt: skip
