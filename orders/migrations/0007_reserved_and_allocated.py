"""The field's words: units are reserved, shares are allocated; a reservation is reserved, consumed or released."""

from typing import Any

from django.db import migrations, models
from django.db.models import F, Q


def rename_state(apps: Any, schema_editor: Any) -> None:
    apps.get_model("orders", "Reservation").objects.filter(state="held").update(state="reserved")


def rename_state_back(apps: Any, schema_editor: Any) -> None:
    apps.get_model("orders", "Reservation").objects.filter(state="reserved").update(state="held")


class Migration(migrations.Migration):
    dependencies = [("orders", "0006_numbers_unique_in_a_shop")]

    # Constraints and indexes are made anew: renaming a field leaves the old name in what Django knows of them.
    operations = [
        migrations.RemoveConstraint("orderline", "line_ship_or_refund"),
        migrations.RemoveConstraint("orderline", "line_share"),
        migrations.RenameField("orderline", "held_quantity", "reserved_quantity"),
        migrations.RenameField("orderline", "taken_share", "allocated_share"),
        migrations.AlterField(
            "orderline",
            "reserved_quantity",
            models.PositiveIntegerField(default=0, verbose_name="reserved for refunds"),
        ),
        migrations.AlterField(
            "orderline",
            "allocated_share",
            models.DecimalField(
                decimal_places=2, default=0, max_digits=12, verbose_name="worth of allocated units"
            ),
        ),
        migrations.AddConstraint(
            "orderline",
            models.CheckConstraint(
                condition=Q(quantity__gte=F("shipped_quantity") + F("reserved_quantity") + F("cancelled_quantity")),
                name="line_ship_or_refund",
            ),
        ),
        migrations.AddConstraint(
            "orderline",
            models.CheckConstraint(
                condition=Q(allocated_share__gte=0, allocated_share__lte=F("paid_amount")), name="line_share"
            ),
        ),
        migrations.RemoveIndex("reservation", "reservation_held"),
        migrations.RemoveConstraint("reservation", "reservation_state"),
        migrations.AlterField(
            "reservation",
            "state",
            models.CharField(
                choices=[("reserved", "reserved"), ("consumed", "consumed"), ("released", "released")],
                default="reserved",
                max_length=16,
                verbose_name="state",
            ),
        ),
        migrations.RunPython(rename_state, rename_state_back, elidable=True),
        migrations.AddConstraint(
            "reservation",
            models.CheckConstraint(
                condition=Q(state__in=["reserved", "consumed", "released"]), name="reservation_state"
            ),
        ),
        migrations.AddIndex(
            "reservation",
            models.Index(fields=["created_at"], condition=Q(state="reserved"), name="reservation_active"),
        ),
    ]
