"""The only rounding in the project (F-1, F-2, F-3, F-8; architecture §5). Amounts are Decimal with two places, and
whole multiples of the smallest unit of their currency: shares are rounded to it, so each function asks for it."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
# Of an order that names none, and of what belongs to no order: prices of SKUs, limits, figures of a shop.
DEFAULT_CURRENCY = "CNY"
# ISO 4217: currencies without a smaller unit.
WITHOUT_MINOR_UNIT = frozenset(
    {
        "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
    }
)  # fmt: skip
# Three and four places do not fit the columns: such an order is refused, never rounded.
TOO_FINE = frozenset({"BHD", "CLF", "IQD", "JOD", "KWD", "LYD", "OMR", "TND", "UYW"})


def places(currency: str) -> int:
    """Decimals of an amount in this currency."""
    return 0 if currency in WITHOUT_MINOR_UNIT else 2


def unit_of(currency: str) -> Decimal:
    """The smallest amount of this currency: what shares are rounded to."""
    return Decimal(1) if currency in WITHOUT_MINOR_UNIT else CENT


def is_whole(amount: Decimal | int, currency: str) -> bool:
    """False for 10.55 in yen: there is no such amount (F-1)."""
    # By the digits and not by a division, which fails for numbers longer than the context's precision.
    exponent = Decimal(amount).normalize().as_tuple().exponent
    return isinstance(exponent, int) and -exponent <= places(currency)


def cents(amount: Decimal | int | str) -> Decimal:
    """Two places, half up."""
    return Decimal(amount).quantize(CENT, rounding=ROUND_HALF_UP)


def part(total: Decimal, weight: Decimal | int, total_weight: Decimal | int, unit: Decimal) -> Decimal:
    """R(total · weight / whole): the cumulative share up to `weight`."""
    # Multiply before dividing: the quotient of two cents amounts need not be finite.
    return (total * weight / total_weight).quantize(unit, rounding=ROUND_HALF_UP)


def split(total: Decimal, weights: Sequence[Decimal | int], unit: Decimal) -> list[Decimal]:
    """Shares of `total` by cumulative half-up rounding: share_i = R(total·W_i/W) − R(total·W_{i−1}/W).

    The shares add up exactly, each is within one unit of its exact value, none is above its weight while
    total ≤ Σ weights, and the result does not depend on how later refunds are grouped. All weights
    zero: the last share is the whole total, or [] for no weights.
    """
    if not weights:
        return []
    total_weight = sum(weights, Decimal(0))
    if total_weight == 0:
        return [total * 0] * (len(weights) - 1) + [total]
    shares, running, before = [], Decimal(0), total * 0
    for weight in weights:
        running += weight
        reached = part(total, running, total_weight, unit)
        shares.append(reached - before)
        before = reached
    return shares


def unit_share(
    paid: Decimal, quantity: int, allocated_units: int, allocated_share: Decimal, units: int, unit: Decimal
) -> Decimal:
    """What `units` more units of a line are worth after `allocated_units` got `allocated_share` (F-3).

    Closed form of split(paid, [1]*quantity); measured from what was really allocated, so that an
    application that is given up in between leaves nothing behind: the last unit always gets exactly the rest.
    """
    return part(paid, allocated_units + units, quantity, unit) - allocated_share
