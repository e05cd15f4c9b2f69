"""Tables that leave the house are data, whatever a buyer called themselves."""

import csv
import io
from decimal import Decimal

import pytest

from kernel.tables import clean_cell
from web.exports import cell, csv_response, uncell


def table(response):
    text = b"".join(response.streaming_content).decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


@pytest.mark.parametrize("text", ["=1+1", "+86 138", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1"])
def test_text_that_a_spreadsheet_would_run_is_disarmed(text):
    assert cell(text) == f"'{text}"
    assert uncell(cell(text)) == text.strip()


@pytest.mark.parametrize(
    ("text", "written"),
    [("a;=1+1", "a;'=1+1"), ("a; @x;-2", "a; '@x;'-2"), ("=1;=2", "'=1;'=2"), ("a;b", "a;b"), ("a,=1", "a,=1")],
)
def test_a_formula_after_a_semicolon_is_disarmed_too(text, written):
    """Where a comma is the decimal sign, spreadsheets take the semicolon for the separator."""
    assert cell(text) == written
    assert uncell(written) == text


@pytest.mark.parametrize(
    "text", ["731234567890123456", "0012", "007", "12E5", "1.5e10", "2026-11-01", "3-4", "11/12", "123456789012"]
)
def test_digits_that_a_spreadsheet_would_change_are_kept(text):
    assert cell(text) == f'="{text}"'
    assert uncell(cell(text)) == clean_cell(cell(text)) == text


@pytest.mark.parametrize("text", ["0", "12", "99.00", "0.50", "12345678901", "SF0012", "E-1001", "13800000000"])
def test_short_numbers_and_numbers_with_letters_stay_as_they_are(text):
    assert cell(text) == text


@pytest.mark.parametrize(
    ("value", "written"), [(None, ""), (Decimal("-1.50"), "-1.50"), (3, "3"), ("E-1", "E-1"), ("灯, 大", "灯, 大")]
)
def test_everything_else_stays_what_it_is(value, written):
    assert cell(value) == written


def test_rows_are_written_as_they_are_read():
    read = []

    def rows():
        for number in range(3):
            read.append(number)
            yield [number, 'a "quoted", cell', "two\nlines"]

    response = csv_response("orders 订单.csv", ["no", "=text", "more"], rows())
    assert not read
    assert table(response) == [
        ["no", "'=text", "more"],
        *([str(n), 'a "quoted", cell', "two\nlines"] for n in range(3)),
    ]
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment; filename")
    assert response["Cache-Control"] == "private, no-store"
