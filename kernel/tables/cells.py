"""What a cell says, without what a spreadsheet has put around it."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

_WRAPPED = re.compile(r'=\s*"((?:[^"]|"")*)"')  # ="0012": how tables keep a spreadsheet from reading a number
_SHORTENED = re.compile(r"[+-]?\d+(?:[.,]\d+)?e[+]\d+|[+-]?\d+[.,]\d+e-?\d+", re.ASCII | re.IGNORECASE)
_RULE = frozenset("-=_*~+|#. \u2013\u2014\u2015\u2500\u2501\u2550\uff0d\uff1d\uff3f\uff0a")  # what lines are drawn with
EXACT = 10**15  # from here on a spreadsheet has rounded: it keeps fifteen digits
_ABOUT_A_MOMENT = 1000  # microseconds by which the fraction of a day misses the second


def clean_cell(text: str) -> str:
    """Blanks around it, `="…"` and one leading apostrophe or backtick are no part of what it says."""
    text = text.strip()
    if text.startswith("=") and (match := _WRAPPED.fullmatch(text)):
        return match[1].replace('""', '"').strip()
    if text.startswith(("'", "`")):
        return text[1:].strip()
    return text


def shortened(text: str) -> bool:
    """Has a spreadsheet written the number with an exponent (1.23457E+17)? Its last digits are lost."""
    return "e" in text.lower() and _SHORTENED.fullmatch(text) is not None


def is_rule(cells: list[str]) -> bool:
    """A row that only draws a line: ----,----"""
    text = "".join(cells)
    return bool(text) and _RULE.issuperset(text) and all(len(cell) > 1 for cell in cells if cell)


def of_workbook(value: Any, number_format: str = "") -> str:
    """The text of a cell of a workbook, as the same table in CSV has it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return _to_the_second(value).isoformat(sep=" ")
    if isinstance(value, date | time | timedelta):
        return str(value)
    return _number(value, number_format)


def _to_the_second(at: datetime) -> datetime:
    """Times are fractions of a day there, and miss the second by a little."""
    if at.microsecond and at.year < 9999 and min(at.microsecond, 1_000_000 - at.microsecond) <= _ABOUT_A_MOMENT:
        return (at + timedelta(microseconds=_ABOUT_A_MOMENT)).replace(microsecond=0)
    return at


def _number(value: Any, number_format: str) -> str:
    if not abs(value) < EXACT:  # NaN as well
        return f"{Decimal(value):.14E}"  # so that it is refused wherever a number is wanted
    if value == int(value):
        digits = str(int(value))
        # A format of nothing but zeros shows leading ones: 00123.
        return digits.zfill(len(number_format)) if set(number_format) == {"0"} else digits
    return f"{value:.15g}"


_DAY = re.compile(r"(\d{4})([/-])(\d{1,2})\2(\d{1,2})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?", re.ASCII)


def read_time(text: str) -> datetime:
    """ISO 8601, or `Y/M/D H:MM` as spreadsheets write it. Raises ValueError."""
    if match := _DAY.fullmatch(text):
        year, _sign, month, day, hour, minute, second = match.groups(default="0")
        return datetime(int(year), int(month), int(day), int(hour), int(minute), int(second))  # noqa: DTZ001
    return datetime.fromisoformat(text)
