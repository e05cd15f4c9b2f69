"""What the two shops sell: one of each kind that the rules tell apart, with a picture and a shelf."""

from decimal import Decimal
from typing import Any

from accounts.models import Shop
from kernel.actors import RULE
from orders.models import Sku
from orders.services.skus import put_sku
from orders.services.stock import put_stock

Goods = tuple[str, str, str, str, str, str, int, dict[str, Any]]

# code, title, spec, category, price, picture, on hand, flags
LANTERN: list[Goods] = [
    ("LAMP-S", "原木床头灯", "小号 / 暖光", "灯具", "129.00", "lamp", 60, {}),
    ("LAMP-L", "原木床头灯", "大号 / 暖光", "灯具", "169.00", "lamp", 60, {}),
    ("BLANKET-GREY", "针织盖毯", "雾灰 / 130×170 cm", "家纺", "199.00", "blanket", 60, {}),
    ("PILLOW-SLIP", "真丝枕套", "米白 / 48×74 cm", "贴身家纺", "79.00", "pillow", 40, {"exchange_excluded": True}),
    ("KETTLE-15", "恒温电热水壶", "1.5 L / 白色", "小家电", "259.00", "kettle", 60, {"warranty_days": 365}),
    ("VASE-CELADON", "青釉花瓶", "高 24 cm", "摆件", "89.00", "vase", 0, {}),
    ("SIGN-CUSTOM", "刻字门牌（定制）", "胡桃木 / 按要求刻字", "定制", "59.00", "sign", 20, {"no_reason_exempt": True}),
]
HARBOR: list[Goods] = [
    ("BUDS-BLACK", "降噪蓝牙耳机", "曜石黑", "耳机", "299.00", "buds", 60, {"warranty_days": 365}),
    ("BUDS-WHITE", "降噪蓝牙耳机", "珍珠白", "耳机", "279.00", "buds", 60, {"warranty_days": 365}),
    ("CHARGER-65W", "65 W 氮化镓充电器", "三口 / 白色", "配件", "129.00", "charger", 60, {}),
    ("CABLE-C1", "编织数据线", "USB-C / 1 m", "配件", "29.90", "cable", 200, {}),
    ("CASE-CLEAR", "透明手机壳", "6.1 英寸", "配件", "39.00", "case", 0, {}),
    ("EARTIPS", "记忆海绵耳塞套", "M 码 / 3 对", "贴身配件", "49.00", "tips", 40, {"exchange_excluded": True}),
    ("VIDEO-MONTH", "影音会员月卡（卡密）", "30 天", "虚拟商品", "25.00", "card", 500,
     {"virtual": True, "no_reason_exempt": True}),
]  # fmt: skip
# code → title and specification in English
ENGLISH = {
    "LAMP-S": ("Wooden bedside lamp", "Small / warm light"),
    "LAMP-L": ("Wooden bedside lamp", "Large / warm light"),
    "BLANKET-GREY": ("Knitted throw", "Mist grey / 130 × 170 cm"),
    "PILLOW-SLIP": ("Silk pillowcase", "Ivory / 48 × 74 cm"),
    "KETTLE-15": ("Temperature-control kettle", "1.5 L / white"),
    "VASE-CELADON": ("Celadon vase", "24 cm tall"),
    "SIGN-CUSTOM": ("Engraved door sign (made to order)", "Walnut / your text"),
    "BUDS-BLACK": ("Noise-cancelling earbuds", "Obsidian black"),
    "BUDS-WHITE": ("Noise-cancelling earbuds", "Pearl white"),
    "CHARGER-65W": ("65 W GaN charger", "3 ports / white"),
    "CABLE-C1": ("Braided cable", "USB-C / 1 m"),
    "CASE-CLEAR": ("Clear phone case", "6.1 inch"),
    "EARTIPS": ("Memory foam ear tips", "Size M / 3 pairs"),
    "VIDEO-MONTH": ("Streaming pass, 1 month (code)", "30 days"),
}
GOODS = {"lantern": LANTERN, "harbor": HARBOR}


def stock_shelves(shops: dict[str, Shop]) -> dict[str, Sku]:
    """The SKUs by code. What is there already keeps its price and its shelf."""
    there = {sku.code: sku for sku in Sku.objects.filter(shop__in=shops.values()) if _is_ours(sku.code)}
    for code, goods in GOODS.items():
        for entry in goods:
            if entry[0] not in there:
                there[entry[0]] = _put(shops[code], entry)
    return there


def _is_ours(code: str) -> bool:
    return any(code == entry[0] for goods in GOODS.values() for entry in goods)


def _put(shop: Shop, entry: Goods) -> Sku:
    code, title, spec, category, price, picture, on_hand, flags = entry
    title_en, spec_en = ENGLISH[code]
    texts = {"title": title, "title_en": title_en, "spec": spec, "spec_en": spec_en, "category": category}
    texts["image_url"] = f"/static/demo/{picture}.svg"
    sku, _ = put_sku(shop, code, {**texts, "price": Decimal(price), **flags}, actor=RULE)
    put_stock(sku, on_hand, actor=RULE)
    return sku
