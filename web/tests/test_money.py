"""Amounts in text and in templates: sign and decimals of the currency."""

from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from web.money import currency_name, currency_sign, format_money, without_sign


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("1234.5", "CNY", "¥1,234.50"), ("-0.01", "CNY", "-¥0.01"), ("0", "CNY", "¥0.00"),
        (Decimal("1234567.89"), "CNY", "¥1,234,567.89"), (Decimal("1234.00"), "JPY", "JP¥1,234"),
        (Decimal("-7.00"), "JPY", "-JP¥7"), (5, "USD", "US$5.00"), ("9.9", "EUR", "€9.90"), ("9.9", "GBP", "£9.90"),
        ("1234.5", "CHF", "CHF 1,234.50"), ("-1234", "KRW", "-KRW 1,234"),
    ],
)  # fmt: skip
def test_format_money(amount: Decimal | int | str, currency: str, text: str) -> None:
    assert format_money(amount, currency) == text


def test_signs_and_names() -> None:
    assert [currency_sign(code) for code in ("CNY", "JPY", "USD", "CHF")] == ["¥", "JP¥", "US$", "CHF"]
    with translation.override("zh-hans"):
        assert [currency_name(code) for code in ("CNY", "CHF")] == ["元", "CHF"]


def test_in_a_template_nothing_stays_nothing() -> None:
    page = Template("{% load money %}{{ paid|money:'CNY' }}/{{ none|money:'CNY' }}/{{ paid|money:code }}")
    context = Context({"paid": Decimal("1299"), "none": None, "code": "JPY"})
    assert page.render(context) == "¥1,299.00//JP¥1,299"


@pytest.mark.parametrize(
    ("typed", "currency", "amount"),
    [
        ("US$ 10.00", "USD", "10.00"), ("$10.00", "USD", "10.00"), (" 10.00 usd ", "USD", "10.00"),
        ("JP¥100", "JPY", "100"), ("¥1,000", "JPY", "1,000"), ("100円", "JPY", "100"), ("¥10.5", "CNY", "10.5"),
        ("10元", "CNY", "10"), ("RMB 10", "CNY", "10"), ("CHF 7.50", "CHF", "7.50"), ("€7", "EUR", "7"),
        ("7 £", "GBP", "7"), ("HK$5", "HKD", "5"), ("₩500", "KRW", "500"), ("10.00", "CNY", "10.00"),
    ],
)  # fmt: skip
def test_the_sign_of_the_currency_may_be_typed(typed: str, currency: str, amount: str) -> None:
    assert without_sign(typed, currency) == amount


@pytest.mark.parametrize(
    ("typed", "currency"), [("US$ 10", "CNY"), ("JP¥100", "CNY"), ("10 EUR", "USD"), ("CHF", "CHF")]
)
def test_the_sign_of_another_currency_stays(typed: str, currency: str) -> None:
    assert without_sign(typed, currency) == typed
