"""A list of waybills as people bring it: CSV from any spreadsheet, in UTF-8 or GB 18030, with commas or tabs."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from itertools import count

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from kernel.errors import DomainError, Invalid, TooLarge
from logistics.couriers import code_of, guess

from ..exports import uncell

MAX_ROWS = 5_000
MAX_BYTES = 2 * 1024 * 1024
MAX_CELL = 64  # of an order or tracking no., as in the tables
COLUMNS = ("order_no", "receiver", "address", "phone", "sku", "title", "spec", "quantity", "courier", "tracking_no")
NEEDED = ("order_no", "tracking_no")
# What the columns are called by people who write the list themselves.
ALSO = {
    "订单号": "order_no", "订单编号": "order_no", "商品编码": "sku", "数量": "quantity", "快递公司": "courier",
    "物流公司": "courier", "快递单号": "tracking_no", "运单号": "tracking_no", "物流单号": "tracking_no",
}  # fmt: skip
_SHORTENED = re.compile(r"\d+([.,]\d+)?[eE]\+\d+")


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
    """Raises 413 or 400 with a sentence where nothing of the file can be used."""
    if (upload.size or 0) > MAX_BYTES:
        raise TooLarge(_("The file is larger than 2 MiB. Cut it into smaller ones."))
    rows, bad, left = [], [], 0
    for row in _rows(_text(upload.read())):
        reason = _wrong(row)
        if not row.tracking_no and row.order_no:
            left += 1
        elif reason:
            bad.append(Bad(row, reason))
        else:
            rows.append(row)
    return Read(rows, bad, left)


def _text(content: bytes) -> str:
    if content.startswith(b"PK"):
        raise _unreadable(_("This is a workbook. Save it as CSV first, then choose the CSV."))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _unreadable(_("The text of the file cannot be read. Save it as CSV in UTF-8."))


def _unreadable(sentence: str) -> DomainError:
    return Invalid(sentence, errors={"file": [sentence]})


def _rows(text: str) -> Iterator[Row]:
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except csv.Error:
        raise _unreadable(_("The file is no CSV. Save it as CSV in UTF-8.")) from None
    names = [ALSO.get(cell.strip(), cell.strip().lower()) for cell in lines[0]] if lines else []
    if not set(NEEDED) <= set(names):
        raise _unreadable(_("The first line must name the columns, at least %(names)s.") % {"names": ", ".join(NEEDED)})
    filled = [(number, cells) for number, cells in enumerate(lines[1:], start=2) if any(cell.strip() for cell in cells)]
    if len(filled) > MAX_ROWS:
        error = TooLarge(_("The list has more than %(most)d lines. Cut it into smaller ones.") % {"most": MAX_ROWS})
        raise error
    for number, cells in filled:
        yield _row(number, dict(zip(names, cells, strict=False)))


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",\t;", key=first.count)


def _row(number: int, cells: dict[str, str]) -> Row:
    values = {name: uncell(cells.get(name, "").replace("\x00", "")) for name in COLUMNS}
    courier = code_of(values["courier"]) or guess(values["tracking_no"])
    return Row(number, values["order_no"], values["sku"], values["quantity"], courier, values["tracking_no"])


def _wrong(row: Row) -> str:
    """What is wrong with the line by itself, or an empty text."""
    if not row.order_no:
        return _("The order number is missing.")
    if _SHORTENED.fullmatch(row.tracking_no) or _SHORTENED.fullmatch(row.order_no):
        return _("The spreadsheet has shortened the number. Make the column text and type the number again.")
    if len(row.order_no) > MAX_CELL:
        return _("There is no such order in your shops.")
    if row.sku and not re.fullmatch(r"[1-9][0-9]{0,6}", row.quantity, re.ASCII):
        return _("The quantity is not a number.")
    return ""


def consecutive(first: str) -> Iterator[str]:
    """`first` and the numbers after it, as on a roll of waybills: SF099, SF100, … The width stays."""
    match = re.fullmatch(r"(.*?)([0-9]{1,18})", first, re.ASCII)
    if match is None or len(first) > MAX_CELL:
        sentence = _("The first waybill number must end with digits.")
        raise Invalid(sentence, errors={"first": [sentence]})
    prefix, digits = match.groups()
    return (f"{prefix}{number:0{len(digits)}}" for number in count(int(digits)))
