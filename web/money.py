"""Amounts as people read them: the sign and the decimals of their currency."""

import re
from decimal import Decimal

from django.utils.translation import gettext as _

from kernel.money import places

# "¥" alone is the yuan's, "$" alone is nobody's: other currencies with the same sign name their country.
SIGNS = {"CNY": "¥", "JPY": "JP¥", "USD": "US$", "EUR": "€", "GBP": "£"}

# How people write it, besides its sign above and its code. The page says which currency it asks for, so "$" is enough.
ALSO_TYPED = {
    "CNY": ("CN¥", "RMB", "元"), "JPY": ("¥", "円", "日元"), "USD": ("$",), "HKD": ("HK$", "$"), "TWD": ("NT$", "$"),
    "SGD": ("S$", "$"), "AUD": ("A$", "$"), "CAD": ("C$", "CA$", "$"), "NZD": ("NZ$", "$"), "KRW": ("₩",),
    "INR": ("₹",), "THB": ("฿",), "VND": ("₫",), "RUB": ("₽",), "PHP": ("₱",),
}  # fmt: skip


def currency_sign(currency: str) -> str:
    """What stands before an amount: "¥" for CNY, the ISO 4217 code where a currency has no sign here."""
    return SIGNS.get(currency, currency)


def without_sign(typed: str, currency: str) -> str:
    """ "US$ 10.00", "$10.00", "10.00 USD" → "10.00" for USD. The sign of another currency stays: what was meant in it
    must not be read as an amount in this one."""
    marks = (currency_sign(currency), currency, *ALSO_TYPED.get(currency, ()))
    mark = rf"(?:{'|'.join(re.escape(mark) for mark in sorted(marks, key=len, reverse=True))})?"
    match = re.fullmatch(rf"{mark}\s*([0-9][0-9.,]*)\s*{mark}", typed.strip(), re.IGNORECASE)
    return match[1] if match else typed.strip()


def currency_name(currency: str) -> str:
    """For headings of figures: "yuan" for CNY, else the ISO 4217 code."""
    return _("yuan") if currency == "CNY" else currency


def format_money(amount: Decimal | int | str, currency: str) -> str:
    """1234, CNY → ¥1,234.00 · JPY → JP¥1,234 · CHF → CHF 1,234.00; a minus comes before the sign."""
    exact, sign = Decimal(amount), currency_sign(currency)
    space = "" if currency in SIGNS else " "
    return f"{'-' if exact < 0 else ''}{sign}{space}{abs(exact):,.{places(currency)}f}"
