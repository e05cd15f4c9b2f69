"""三包 by category (D-8): the terms, the columns of a line that keep them as on the day of the sale, and its repairs.

Lines that were sold before keep their days; returns and exchanges of them have 7 and 15, as they had.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

# D-8 names these two; other categories have rules of their own, and are the shop's to add. In both languages, because
# a category is a text of the shop.
LAW = (
    ("whole machine", 7, 15, 365),
    ("整机", 7, 15, 365),
    ("main computer parts", 7, 15, 730),
    ("电脑主要部件", 7, 15, 730),
)

KINDER = """
CREATE FUNCTION orders_warranty_is_kinder() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.shop_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM orders_warrantyterm law WHERE law.shop_id IS NULL AND law.category = NEW.category
            AND (law.return_days > NEW.return_days OR law.exchange_days > NEW.exchange_days
                 OR law.repair_days > NEW.repair_days)
    ) THEN
        RAISE EXCEPTION 'a shop can only be kinder than the law'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'warranty_kinder';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER orders_warranty_is_kinder BEFORE INSERT OR UPDATE ON orders_warrantyterm
    FOR EACH ROW EXECUTE FUNCTION orders_warranty_is_kinder();
"""
NOT_KINDER = """
DROP TRIGGER orders_warranty_is_kinder ON orders_warrantyterm;
DROP FUNCTION orders_warranty_is_kinder();
"""


def fill(apps: object, schema_editor: object) -> None:
    terms = apps.get_model("orders", "WarrantyTerm")  # type: ignore[attr-defined]
    days = ("return_days", "exchange_days", "repair_days")
    terms.objects.bulk_create(
        terms(category=category, **dict(zip(days, numbers, strict=True))) for category, *numbers in LAW
    )


def small(label: str, **options: object) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(verbose_name=label, **options)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0015_collect_couriers"), ("orders", "0017_erased_at")]

    operations = [
        migrations.CreateModel(
            "WarrantyTerm",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "shop",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to="accounts.shop",
                        verbose_name="shop",
                    ),
                ),
                ("category", models.CharField(max_length=80, verbose_name="category")),
                ("return_days", small("return, days", default=7)),
                ("exchange_days", small("exchange, days", default=15)),
                ("repair_days", small("free repair, days")),
            ],
            {
                "verbose_name": "warranty of a category",
                "verbose_name_plural": "warranties of categories",
                "ordering": ["category", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=["shop", "category"], name="warranty_once", nulls_distinct=False),
                    models.CheckConstraint(condition=Q(return_days__gte=7), name="warranty_return"),
                    models.CheckConstraint(
                        condition=Q(exchange_days__gte=15) & Q(exchange_days__gte=F("return_days")),
                        name="warranty_exchange",
                    ),
                    models.CheckConstraint(
                        condition=Q(repair_days__gte=F("exchange_days"), repair_days__lte=3660), name="warranty_repair"
                    ),
                ],
            },
        ),
        migrations.RunSQL(KINDER, NOT_KINDER),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddField("orderline", "warranty_return_days", small("warranty: return, days", default=0, db_default=0)),
        migrations.AddField(
            "orderline", "warranty_exchange_days", small("warranty: exchange, days", default=0, db_default=0)
        ),
        migrations.AddField(
            "orderline", "installed_at", models.DateTimeField(blank=True, null=True, verbose_name="installed")
        ),
        migrations.AddField(
            "orderline",
            "repair_attempts",
            models.PositiveIntegerField(db_default=0, default=0, verbose_name="attempts to repair"),
        ),
        migrations.AddConstraint(
            "orderline",
            models.CheckConstraint(
                condition=Q(installed_at__isnull=True)
                | Q(delivered_at__isnull=False, installed_at__gte=F("delivered_at")),
                name="line_installed_after_delivery",
            ),
        ),
    ]  # fmt: skip
