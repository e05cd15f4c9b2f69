"""Amounts as people read them: the sign and the decimals of their currency."""

from decimal import Decimal

from django.utils.translation import gettext as _

from kernel.money import places

# "¥" alone is the yuan's, "$" alone is nobody's: other currencies with the same sign name their country.
SIGNS = {"CNY": "¥", "JPY": "JP¥", "USD": "US$", "EUR": "€", "GBP": "£"}


def currency_sign(currency: str) -> str:
    """What stands before an amount: "¥" for CNY, the ISO 4217 code where a currency has no sign here."""
    return SIGNS.get(currency, currency)


def currency_name(currency: str) -> str:
    """For headings of figures: "yuan" for CNY, else the ISO 4217 code."""
    return _("yuan") if currency == "CNY" else currency


def format_money(amount: Decimal | int | str, currency: str) -> str:
    """1234, CNY → ¥1,234.00 · JPY → JP¥1,234 · CHF → CHF 1,234.00; a minus comes before the sign."""
    exact, sign = Decimal(amount), currency_sign(currency)
    space = "" if currency in SIGNS else " "
    return f"{'-' if exact < 0 else ''}{sign}{space}{abs(exact):,.{places(currency)}f}"
