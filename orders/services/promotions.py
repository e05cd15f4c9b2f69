"""What an order was bought under: threshold promotions, free shipping, coupons, gifts, points earned (F-6, F-7)."""

from django.utils.translation import gettext as _

from kernel.errors import Invalid
from kernel.machine import update_columns
from kernel.money import ZERO

from ..content import GIFT, LineContent, OrderContent, PromotionContent
from ..models import Order, Promotion, PromotionKind

Kind = PromotionKind
NEEDS = {Kind.THRESHOLD: ("threshold", "discount"), Kind.FREE_SHIPPING: ("threshold", "freight")}


def reported(content: OrderContent) -> bool:
    gifts = any("kind" in line for line in content["lines"])
    return gifts or bool(content.get("promotions") or content.get("points_earned"))


def check(content: OrderContent) -> None:
    """400 where the facts do not fit each other or the order."""
    errors: dict[str, list[str]] = {}
    for index, line in enumerate(content["lines"]):
        errors |= {f"lines[{index}].{name}": [text] for name, text in _wrong_gift(line, content).items()}
    promotions = content.get("promotions", [])
    for index, promotion in enumerate(promotions):
        errors |= {f"promotions[{index}].{name}": [text] for name, text in _wrong(promotion, content).items()}
    if len({(promotion["kind"], promotion["code"]) for promotion in promotions}) < len(promotions):
        errors["promotions"] = [_("The same promotion appears twice.")]
    elif sum((promotion["discount"] for promotion in promotions), ZERO) > content["discount"]:
        errors["promotions"] = [_("These discounts are part of the order discount and can't exceed it.")]
    if errors:
        raise Invalid(errors=errors)


def _wrong_gift(line: LineContent, content: OrderContent) -> dict[str, str]:
    if line.get("kind") != GIFT:
        return {}
    if line["discount"] != line["unit_price"] * line["quantity"]:
        return {"discount": _("A gift is free. Leave out its discount.")}
    number = line.get("gift_of")
    if number is None:
        return {}
    if number > len(content["lines"]) or content["lines"][number - 1].get("kind") == GIFT:
        return {"gift_of": _("Use the number of a line of goods.")}
    return {}


def _wrong(promotion: PromotionContent, content: OrderContent) -> dict[str, str]:
    kind = promotion["kind"]
    amounts = {name: promotion[name] for name in ("threshold", "discount", "freight")}
    needed = NEEDS.get(Kind(kind), ())
    wrong = {name: _("This has to be above zero.") for name in needed if not amounts[name]}
    wrong |= {name: _("Not used for this kind.") for name, amount in amounts.items() if amount and name not in needed}
    if promotion["valid_until"] is not None and needed:
        wrong["valid_until"] = _("Not used for this kind.")
    if kind == Kind.COUPON_USED and promotion["code"] not in content["coupons"]:
        wrong["code"] = _("List it in `coupons` as well.")
    return wrong


def store(order: Order, content: OrderContent) -> None:
    """After the lines. The caller is in a transaction."""
    Promotion.objects.bulk_create(Promotion(order=order, **promotion) for promotion in content.get("promotions", []))
    numbered = ((position, line.get("gift_of")) for position, line in enumerate(content["lines"], 1))
    gifts = {position: number for position, number in numbered if number is not None}
    if not gifts:
        return
    by_position = {line.position: line for line in order.lines.all()}
    for position, number in gifts.items():
        by_position[position].gift_of = by_position[number]
    update_columns([by_position[position] for position in gifts], ["gift_of"])
