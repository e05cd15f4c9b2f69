"""Tables to take along: CSV that opens in any spreadsheet, row by row, and that no spreadsheet takes for a program."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"  # without it Excel reads UTF-8 as the code page of the machine
_SIGNS = r"=+\-@\uff1d\uff0b\uff0d\uff20"
# Where the list separator is a semicolon, a cell begins after each of them: a;=1+1
_FORMULA = re.compile(rf"(\A(?=[{_SIGNS}\t\r\n])|;\s*(?=[{_SIGNS}]))")
_DISARMED = re.compile(rf"(\A|;\s*)'(?=[{_SIGNS}\t\r\n])")
# What a spreadsheet would read as a number or a day, and show with fewer digits, without its zeros or as a date.
_NUMBER = re.compile(r"0\d+|\d{12,}|\d+(?:[.,]\d+)?[eE][+-]?\d+|\d{1,4}([-/])\d{1,2}(?:\1\d{1,4})?", re.ASCII)
_LITERAL = re.compile(r'="([0-9A-Za-z.,/+-]*)"')


class _Echo:
    """A file that hands back what was written."""

    def write(self, text: str) -> str:
        return text


def cell(value: Any) -> str:
    """Text that begins like a formula gets an apostrophe in front, as people write it; text of digits that must stay as
    they are is written as ="0012", which every spreadsheet shows as it is. Amounts and counts stay numbers."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    return f'="{value}"' if _NUMBER.fullmatch(value) else _FORMULA.sub(r"\1'", value)


def uncell(text: str) -> str:
    """What `cell` was given, when the file comes back; white space around it is of no meaning."""
    text = text.strip()
    if literal := _LITERAL.fullmatch(text):
        return literal[1]
    return _DISARMED.sub(r"\1", text).strip()


def csv_lines(header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield BOM + writer.writerow([cell(name) for name in header])
    for row in rows:
        yield writer.writerow([cell(value) for value in row])


def csv_response(filename: str, header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """A download that is written while it is read: `rows` may be a generator of any length."""
    response = StreamingHttpResponse(csv_lines(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, filename) or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response
