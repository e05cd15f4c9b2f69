"""The default reasons of contract §5 and the keywords of S-151. Later changes are the back office's."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# type: [(code, 中文, English, fault, photo required)]
REASONS = {
    "refund_only": [
        ("dont_want", "不想要了", "I don't want it any more", "buyer", False),
        ("wrong_choice", "型号/参数选错", "I chose the wrong model", "buyer", False),
        ("out_of_stock", "商家缺货", "Out of stock", "merchant", False),
        ("late", "未按约定时间发货", "Not shipped in time", "merchant", False),
        ("compensation", "协商补偿", "Agreed compensation", "merchant", False),
        ("not_received", "未收到货", "Not received", "courier", False),
    ],
    "return_refund": [
        ("no_reason", "七天无理由退货", "No reason (7 days)", "buyer", False),
        ("wrong_choice", "型号/参数选错", "I chose the wrong model", "buyer", False),
        ("quality", "质量问题", "Quality problem", "merchant", True),
        ("not_as_described", "参数与描述不符", "Not as described", "merchant", True),
        ("wrong_item", "商家发错货", "Wrong item sent", "merchant", True),
        ("damaged", "运输破损", "Damaged in transit", "courier", True),
        ("other", "其他原因", "Other", "buyer", True),
    ],
    "exchange": [
        ("wrong_choice", "型号/参数选错", "I chose the wrong model", "buyer", True),
        ("other", "其他原因", "Other", "buyer", True),
        ("quality", "质量问题", "Quality problem", "merchant", True),
        ("not_as_described", "参数与描述不符", "Not as described", "merchant", True),
        ("wrong_item", "商家发错货", "Wrong item sent", "merchant", True),
        ("damaged", "运输破损", "Damaged in transit", "courier", True),
    ],
    "repair": [
        ("fault", "产品故障", "The product is faulty", "merchant", True),
        ("misuse", "人为损坏", "Damaged in use", "buyer", True),
    ],
    "reissue": [
        ("missing", "少件/漏发", "Something is missing", "merchant", True),
        ("wrong_item", "商家发错货", "Wrong item sent", "merchant", True),
        ("lost", "快递丢件", "Lost in transit", "courier", False),
        ("damaged", "运输破损", "Damaged in transit", "courier", True),
    ],
}
# Words that say which service a buyer expects.
KEYWORDS = {
    "return_refund": ["退货", "退款", "refund"],
    "exchange": ["换货", "换一", "exchange", "swap"],
    "repair": ["维修", "修理", "repair"],
}


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Reason, Keyword = apps.get_model("aftersales", "Reason"), apps.get_model("aftersales", "Keyword")
    Reason.objects.bulk_create(
        Reason(type=type_, code=code, label_zh=zh, label_en=en, fault=fault, evidence_required=photo, position=position)
        for type_, reasons in REASONS.items()
        for position, (code, zh, en, fault, photo) in enumerate(reasons)
    )
    Keyword.objects.bulk_create(Keyword(type=type_, word=word) for type_, words in KEYWORDS.items() for word in words)


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0001_tickets")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
