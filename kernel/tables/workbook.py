"""Sheets of an .xlsx as rows of cells. Rows are read as they come; the shared texts of the workbook are bounded."""

import re
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO

from django.utils.translation import gettext_noop
from openpyxl import load_workbook

from .cells import of_workbook
from .columns import TITLES, Columns
from .errors import Unreadable

MAX_COLUMNS = 256
MAX_ROWS = 1 << 20  # as many as a spreadsheet has
_LITERAL = re.compile(r'=\s*"(?:[^"]|"")*"')

NO_WORKBOOK = gettext_noop("We couldn't read this workbook. Save it as .xlsx or as CSV in UTF-8.")
TOO_LARGE = gettext_noop("The workbook is too large. Save it as CSV.")
TOO_WIDE = gettext_noop("The sheet has more than %(most)d columns. Keep only the table.")
NOT_COMPUTED = gettext_noop(
    "Cell %(cell)s has a formula without a value. Open the workbook in a spreadsheet app and save it again."
)
SEVERAL = gettext_noop("Several sheets contain a table like this: %(names)s. Keep only the right one.")


def sheet_rows(raw: BinaryIO, columns: Columns, most_bytes: int) -> Iterator[list[str]]:
    """The rows of the one visible sheet that names the columns. `most_bytes`: of the workbook, unpacked."""
    formulas = _look(raw, most_bytes)
    book = _load(raw, values=True)
    plain = _load(raw, values=False) if formulas else None
    try:
        name = _chosen(book, columns)
        yield from _rows(book[name], plain[name] if plain else None)
    finally:
        book.close()
        if plain:
            plain.close()


def _look(raw: BinaryIO, most_bytes: int) -> bool:
    """Refuses what unpacks to too much before any of it is unpacked. Answers whether there may be formulas."""
    try:
        with zipfile.ZipFile(raw) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > most_bytes:
                raise Unreadable(TOO_LARGE, too_large=True)
            sheets = [entry for entry in entries if entry.filename.startswith("xl/worksheets/")]
            return any(_mentions(archive, entry, b"<f") for entry in sheets)
    except Unreadable:
        raise
    except Exception as error:  # a hostile file may raise anything out of zipfile and zlib
        raise Unreadable(NO_WORKBOOK) from error


def _mentions(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, mark: bytes) -> bool:
    with archive.open(entry) as part:
        tail = b""
        while chunk := part.read(1 << 16):
            if mark in tail + chunk:
                return True
            tail = chunk[-len(mark) :]
    return False


def _load(raw: BinaryIO, *, values: bool) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions that we do not read
            return load_workbook(raw, read_only=True, data_only=values, keep_links=False)
    except Exception as error:  # the same
        raise Unreadable(NO_WORKBOOK) from error


def _chosen(book: Any, columns: Columns) -> str:
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not sheets:
        raise Unreadable(NO_WORKBOOK)
    enough = min(len(columns.needed), 2)
    named = [sheet.title for sheet in sheets if columns.known_in(_head(sheet)) >= enough]
    if len(named) > 1:
        raise Unreadable(SEVERAL, names=", ".join(named[:5]))
    return str(named[0] if named else sheets[0].title)


def _head(sheet: Any) -> list[list[str]]:
    rows = []
    for row in _rows(sheet, None):
        rows.append(row)
        if len(rows) > TITLES:
            break
    return rows


def _rows(sheet: Any, plain: Any) -> Iterator[list[str]]:
    """Rows without the empty cells at their end. `plain`: the same sheet with formulas instead of their values."""
    values, formulas = _cells(sheet), _cells(plain) if plain is not None else None
    for number, row in enumerate(values, start=1):
        beside = next(formulas, ()) if formulas is not None else ()
        texts = [_text(cell, beside[place] if place < len(beside) else None) for place, cell in enumerate(row)]
        while texts and not texts[-1]:
            texts.pop()
        if len(texts) > MAX_COLUMNS:
            raise Unreadable(TOO_WIDE, most=MAX_COLUMNS)
        if number > MAX_ROWS:
            raise Unreadable(NO_WORKBOOK)
        yield texts


def _cells(sheet: Any) -> Iterator[tuple[Any, ...]]:
    sheet.reset_dimensions()  # what the sheet says of its size need not be true, and rows are filled up to it
    try:
        yield from sheet.iter_rows()
    except Exception as error:  # the same
        raise Unreadable(NO_WORKBOOK) from error


def _text(cell: Any, plain: Any) -> str:
    value = cell.value
    if isinstance(value, str):
        return value
    if value is None and plain is not None and isinstance(plain.value, str) and plain.value.startswith("="):
        if not _LITERAL.fullmatch(plain.value):
            raise Unreadable(NOT_COMPUTED, cell=plain.coordinate)
        value = plain.value
    return of_workbook(value, _format(cell))


def _format(cell: Any) -> str:
    try:
        return str(cell.number_format or "")
    except (AttributeError, LookupError):  # an empty cell, or a style that the workbook does not have
        return ""
