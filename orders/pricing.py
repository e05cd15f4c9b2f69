"""What an order comes to and how its deductions fall on the lines: at order time, once (F-2). Pure."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from kernel.errors import Invalid
from kernel.money import TOO_FINE, ZERO, cents, is_whole, split, unit_of
from web.fields import MORE_DECIMALS, TOO_FINE_CURRENCY

from .content import LineContent, OrderContent
from .policy import MAX_AMOUNT


@dataclass(frozen=True, slots=True)
class LinePrice:
    discount_share: Decimal
    points_share: Decimal
    points: int
    paid: Decimal


def _check_currency(content: OrderContent) -> None:
    """400 for a currency that the columns cannot hold, and for amounts that it does not have (F-1)."""
    currency = content["currency"]
    if currency in TOO_FINE:
        raise Invalid(errors={"currency": [TOO_FINE_CURRENCY.format(currency=currency)]})
    amounts = {name: content[name] for name in ("freight", "discount", "points_deduction")}
    for index, line in enumerate(content["lines"]):
        amounts |= {f"lines[{index}].{name}": line[name] for name in ("unit_price", "discount")}
    for index, promotion in enumerate(content.get("promotions", [])):
        amounts |= {f"promotions[{index}].{name}": promotion[name] for name in ("threshold", "discount", "freight")}
    for index, payment in enumerate(content["payments"]):
        amounts[f"payments[{index}].amount"] = payment["amount"]
    if wrong := [name for name, amount in amounts.items() if not is_whole(amount, currency)]:
        raise Invalid(errors={name: [MORE_DECIMALS.format(currency=currency)] for name in wrong})


def _line_amounts(lines: list[LineContent]) -> list[Decimal]:
    amounts = []
    for index, line in enumerate(lines):
        amount = line["unit_price"] * line["quantity"] - line["discount"]
        if amount < 0:
            raise Invalid(errors={f"lines[{index}].discount": [_("More than the line costs.")]})
        if line["unit_price"] * line["quantity"] > MAX_AMOUNT:
            raise Invalid(errors={f"lines[{index}].quantity": [_("The line total is too large to store.")]})
        amounts.append(amount)
    return amounts


def _share(total: Decimal, weights: list[Decimal], field: str, unit: Decimal) -> list[Decimal]:
    if total > sum(weights):
        raise Invalid(errors={field: [_("More than what's left to pay on the lines.")]})
    return split(total, weights, unit)


def price(content: OrderContent) -> tuple[Decimal, list[LinePrice]]:
    """What is payable, and the shares of each line. First coupons, then points, each over what a line has left."""
    _check_currency(content)
    amounts, unit = _line_amounts(content["lines"]), unit_of(content["currency"])
    discounts = _share(content["discount"], amounts, "discount", unit)
    left = [amount - share for amount, share in zip(amounts, discounts, strict=True)]
    deductions = _share(content["points_deduction"], left, "points_deduction", unit)
    # Points follow the money they stood for; points without any money follow what is paid.
    points = split(Decimal(content["points_used"]), deductions if any(deductions) else left, Decimal(1))
    lines = [
        LinePrice(discount, deduction, int(count), rest - deduction)
        for discount, deduction, count, rest in zip(discounts, deductions, points, left, strict=True)
    ]
    payable = cents(sum((line.paid for line in lines), ZERO) + content["freight"])
    if payable > MAX_AMOUNT:
        raise Invalid(errors={"lines": [_("The order total is too large to store.")]})
    return payable, lines
