"""The kinds of "not as described" (S-026)."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# (code, 中文, English)
KINDS = [
    ("defect", "做工瑕疵", "Defect"),
    ("colour", "颜色/款式/尺寸不符", "Colour, style or size"),
    ("shelf_life", "保质期不符", "Shelf life"),
    ("counterfeit", "假货/过期", "Counterfeit or expired"),
    ("quantity", "数量不符", "Quantity"),
    ("accessories", "赠品/配件不符", "Accompanying items"),
    ("invoice", "发票问题", "Invoice"),
    ("postage", "邮费不符", "Postage"),
    ("shipment", "发货问题", "Shipment"),
]


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Reason = apps.get_model("aftersales", "Reason")
    Reason.objects.bulk_create(
        Reason(
            type=parent.type, parent=parent, code=code, label_zh=zh, label_en=en, fault=parent.fault,
            evidence_required=parent.evidence_required, position=position,
        )
        for parent in Reason.objects.filter(code="not_as_described")
        for position, (code, zh, en) in enumerate(KINDS)
    )  # fmt: skip


def empty(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("aftersales", "Reason").objects.filter(parent__isnull=False).delete()


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0025_reasons_of_shops")]
    operations = [migrations.RunPython(fill, empty)]
