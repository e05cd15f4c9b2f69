"""Rows into a file of a kind that its name says, one after the other."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from web.exports import csv_lines

ROWS_OF_SHEET = 1_048_576 - 1  # Excel's, without the header
FORMATS = (".csv", ".xlsx")


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Raises OSError where the file cannot be written."""
    if path.suffix.lower() == ".xlsx":
        _workbook(path, header, rows)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(csv_lines(header, rows))


def _workbook(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """What does not fit on a sheet goes on the next one. Texts are stored as texts, so none is a formula."""
    path.open("wb").close()  # before the work: a path that cannot be written is found at once
    book = Workbook(write_only=True)
    sheet, number = _sheet(book, header), 0
    for row in rows:
        if number == ROWS_OF_SHEET:
            sheet, number = _sheet(book, header), 0
        sheet.append([_cell(sheet, value) for value in row])
        number += 1
    book.save(path)


def _sheet(book: Any, header: Sequence[str]) -> Any:
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, name) for name in header])
    return sheet


def _cell(sheet: Any, value: Any) -> Any:
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, Decimal):
        cell.number_format = "0.00"
    elif isinstance(value, str):
        cell.data_type = "s"  # openpyxl makes a formula of what begins with "="
    return cell
