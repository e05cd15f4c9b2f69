"""Amounts in templates, on every page the same."""

from typing import Any

from django import template

from web.money import currency_sign, format_money

register = template.Library()
register.filter("currency_sign", currency_sign)


@register.filter
def money(amount: Any, currency: str) -> str:
    """An amount, or one of the API's answers, in its currency: `{{ order.amount|money:order.currency }}`; nothing for
    nothing."""
    return "" if amount in (None, "") else format_money(amount, currency)
