"""Amounts as Stripe writes them: whole numbers of the smallest unit, and which unit that is."""

from decimal import Decimal

from kernel import money

# Stripe's own list, which is neither ISO's nor `kernel.money`'s: krónur and Ugandan shillings have no smaller unit any
# more and are written in hundredths all the same; ariary are whole.
WHOLE = money.WITHOUT_MINOR_UNIT - {"ISK", "UGX"} | {"MGA"}


def to_units(amount: Decimal, currency: str) -> int:
    """12.30 USD: 1230; 500 JPY: 500. Raises ValueError where Stripe has no such amount, or the currency three
    decimals, which are not supported here."""
    if currency in money.TOO_FINE:
        raise ValueError(f"{currency} has more than two decimals")
    units = amount * _per_one(currency)
    if units != int(units) or not money.is_whole(amount, currency):
        raise ValueError(f"{amount} {currency} is no whole number of its smallest unit")
    return int(units)


def from_units(units: int, currency: str) -> Decimal | None:
    """With two decimals, as amounts are stored. None: three decimals, or no such amount of the currency."""
    if currency in money.TOO_FINE:
        return None
    amount = (Decimal(units) / _per_one(currency)).quantize(money.CENT)
    return amount if money.is_whole(amount, currency) else None


def _per_one(currency: str) -> int:
    return 1 if currency in WHOLE else 100
