"""A list of waybills as people bring it: any table that `kernel.tables` reads, with the columns of orders."""

import re
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from itertools import count
from typing import BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from kernel.errors import DomainError, Invalid, TooLarge
from kernel.languages import enumerated, paragraph
from kernel.numbers import fault_of, trimmed
from kernel.tables import UPLOAD, Columns, Misfit, Table, Unreadable, open_table, shortened
from logistics.couriers import code_of, guess
from orders.importing.columns import HEADER
from orders.importing.columns import OPTIONAL as OTHERS
from orders.importing.names import ALSO, IGNORED

MAX_ROWS = 5_000
MAX_BYTES = 2 * 1024 * 1024
MAX_CELL = 64  # of an order or tracking no., as in the tables
COLUMNS = (
    "order_no", "receiver", "address", "phone", "sku", "title", "spec", "quantity", "remark", "courier", "tracking_no",
)  # fmt: skip
NEEDED = ("order_no", "tracking_no")
RECEIVER = ("receiver_name", "receiver_phone", "receiver_address")
GOODS = ("sku", "title", "spec", "category", "unit_price", "quantity")  # what a line of goods is told by
KNOWN = Columns(tuple(dict.fromkeys((*HEADER, *OTHERS, *RECEIVER, *IGNORED))), needed=NEEDED, also=ALSO)
EXPLAINED = ("order_no", "sku", "title", "spec", "quantity", "courier", "tracking_no", "remark")

_NO_TEXT = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Row:
    """One line of the list; `line` as the spreadsheet numbers it. `sku` empty: everything that may leave."""

    line: int
    order_no: str
    sku: str
    quantity: str
    courier: str
    tracking_no: str

    @property
    def cells(self) -> tuple[object, ...]:
        return astuple(self)


@dataclass(frozen=True)
class Bad:
    row: Row
    reason: str


@dataclass(frozen=True)
class Read:
    """`left`: how many lines have no number yet."""

    rows: list[Row]
    bad: list[Bad]
    left: int


def read(upload: UploadedFile) -> Read:
    """Raises 413 or 400 with a sentence where nothing of the file can be used. Nothing is done before every column is
    understood: a column of goods that nobody reads would ship whole orders."""
    if (upload.size or 0) > MAX_BYTES:
        raise TooLarge(_("The file is larger than 2 MB. Split it into smaller files."))
    try:
        with open_table(cast(BinaryIO, upload.file), KNOWN, UPLOAD) as table:
            _check_columns(table)
            return _read(table)
    except Unreadable as error:
        raise TooLarge(error.translated) if error.too_large else _unreadable(error.translated) from error


def _read(table: Table) -> Read:
    rows: list[Row] = []
    bad: list[Bad] = []
    left = 0
    for seen, (number, cells) in enumerate(table, start=1):
        if seen > MAX_ROWS:
            raise TooLarge(
                _("The list has more than %(most)d lines. Split it into smaller files.") % {"most": MAX_ROWS}
            )
        values = {name: _displayable(cell) for name, cell in zip(table.header, cells, strict=False)}
        row = _row(number, values)
        reason = (
            _wrong(row, values)
            if not isinstance(cells, Misfit)
            else _("This line has a different number of cells than the header.")
        )
        if not row.tracking_no and row.order_no and not isinstance(cells, Misfit):
            left += 1
        elif reason:
            bad.append(Bad(row, reason))
        else:
            rows.append(row)
    return Read(rows, bad, left)


def _displayable(cell: str) -> str:
    """Bytes that were no text can be neither shown nor asked for."""
    return _NO_TEXT.sub("\ufffd", cell)


def _check_columns(table: Table) -> None:
    if table.missing:
        text = _("The first line has to name the columns, at least %(names)s.") % {"names": enumerated(NEEDED)}
        raise _unreadable(paragraph(text, _understood(table.missing)))
    if table.unknown:
        names = enumerated(f"“{name[:40]}”" for name in list(table.unknown.values())[:5])
        text = _("Nothing was shipped. We don't know what these columns mean: %(names)s. Rename or remove them.")
        raise _unreadable(paragraph(text % {"names": names}, _understood()))
    goods = [name for name in GOODS if name in table.header]
    if goods and not {"sku", "quantity"} <= set(goods):
        text = _(
            "Nothing was shipped. The list names goods (%(names)s) but has no sku and quantity columns. Add both, or "
            "remove the goods columns to ship every order in full."
        )
        raise _unreadable(text % {"names": enumerated(goods)})


def _understood(names: list[str] | None = None) -> str:
    return _("Columns and other names for them: %(names)s.") % {"names": KNOWN.listed(names or EXPLAINED)}


def _unreadable(sentence: str) -> DomainError:
    return Invalid(sentence, errors={"file": [sentence]})


def _row(number: int, cells: dict[str, str]) -> Row:
    order_no, sku, tracking_no = (trimmed(cells.get(name, "")) for name in ("order_no", "sku", "tracking_no"))
    courier = code_of(cells.get("courier", "")) or guess(tracking_no)
    return Row(number, order_no, sku, cells.get("quantity", ""), courier, tracking_no)


def _wrong(row: Row, cells: dict[str, str]) -> str:
    """What is wrong with the line by itself, or an empty text."""
    if not row.order_no:
        return _("The order number is missing.")
    if any(map(shortened, (row.tracking_no, row.order_no, row.sku))):
        return _("The spreadsheet has shortened this number. Format the column as text and enter the number again.")
    if fault := next(filter(None, map(fault_of, (row.order_no, row.sku, row.tracking_no))), ""):
        return str(fault)
    if len(row.order_no) > MAX_CELL:
        return _("None of your shops has this order.")
    if not row.sku and any(cells.get(name) for name in GOODS):
        return _("This line names goods but no sku.")
    if row.sku and not re.fullmatch(r"[1-9][0-9]{0,6}", row.quantity, re.ASCII):
        return _("The quantity isn't a number.")
    return ""


def consecutive(first: str) -> Iterator[str]:
    """`first` and the numbers after it, as on a roll of waybills: SF099, SF100, … The width stays."""
    match = re.fullmatch(r"(.*?)([0-9]{1,18})", first, re.ASCII)
    if match is None or len(first) > MAX_CELL:
        sentence = _("The first tracking number has to end with digits.")
        raise Invalid(sentence, errors={"first": [sentence]})
    prefix, digits = match.groups()
    return (f"{prefix}{number:0{len(digits)}}" for number in count(int(digits)))
