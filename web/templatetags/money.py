"""Amounts in templates, on every page the same."""

from typing import Any

from django import template

from kernel import money

register = template.Library()


@register.filter
def yuan(amount: Any) -> str:
    """An amount, or one of the API's answers, as ¥1,234.50; nothing for nothing."""
    return "" if amount in (None, "") else money.yuan(amount)


@register.filter
def grouped(amount: Any) -> str:
    """The same without the ¥, for sentences that have it."""
    return "" if amount in (None, "") else money.grouped(amount)
