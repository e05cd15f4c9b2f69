"""Bytes → text → rows of cells: which encoding, which delimiter. Nothing but a chunk is in memory."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from django.utils.translation import gettext_noop

from .columns import TITLES, Columns
from .errors import Unreadable

CHUNK = 1 << 18  # bytes
MAX_LINE = 1 << 20  # characters: a longer line is no row of a table
DELIMITERS = ",\t;"
_SEP = re.compile(r'"?sep=(.)"?[,;\t"]*\r?\n?', re.IGNORECASE)
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}

NO_TEXT = gettext_noop("We couldn't read the file's text. Save it as CSV in UTF-8.")
NO_CSV = gettext_noop("This isn't a CSV file. Save it as CSV in UTF-8.")


def encoding_of(raw: BinaryIO) -> str:
    """UTF-8, UTF-16 with or without its mark, or GB 18030 (which includes GBK). Reads the file once through."""
    head = raw.read(4096)
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    if encoding := _utf_16(head):
        return encoding
    raw.seek(0)
    if _is_utf_8(raw):
        return "utf-8"
    good, bad = _sequences(raw, "utf-8")
    _good, bad_gbk = _sequences(raw, "gb18030")
    # A stray byte does not make another encoding of a text in UTF-8: its row is refused, and the others go in.
    return "gb18030" if good < bad and bad_gbk < bad else "utf-8"


def _utf_16(head: bytes) -> str:
    """Delimiters, digits and ends of lines have a zero byte in UTF-16; text of one byte a character has none."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    enough = len(head) // 20
    if max(even, odd) <= enough or min(even, odd) * 4 > max(even, odd):
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"


def _is_utf_8(raw: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := raw.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _sequences(raw: BinaryIO, encoding: str) -> tuple[int, int]:
    """How many characters of several bytes are there, and how many bytes are none."""
    raw.seek(0)
    good = bad = 0
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    while True:
        chunk = raw.read(CHUNK)
        text = decoder.decode(chunk, final=not chunk)
        wrong = text.count("\ufffd")
        bad += wrong
        good += len(text) - len(text.encode("ascii", "ignore")) - wrong
        if not chunk:
            return good, bad


def text_of(raw: BinaryIO) -> io.TextIOWrapper:
    """Bytes that are no text survive as lone surrogates, for the rejects; in UTF-16 they end it."""
    encoding = encoding_of(raw)
    raw.seek(0)
    errors = "strict" if encoding.startswith("utf-16") else "surrogateescape"
    return io.TextIOWrapper(raw, encoding=encoding, errors=errors, newline="")


def rows_of(text: io.TextIOWrapper, columns: Columns) -> Iterator[list[str]]:
    """Every row, the blank ones and what stands above the header too."""
    try:
        head = list(islice(_lines(text), TITLES + 1))
        head, delimiter = _delimiter(head, columns)
        yield from csv.reader(_from(head, text), delimiter=delimiter)
    except csv.Error:
        raise Unreadable(NO_CSV) from None
    except UnicodeError:
        raise Unreadable(NO_TEXT) from None


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise Unreadable(NO_CSV)
        yield line


def _from(head: list[str], text: io.TextIOWrapper) -> Iterator[str]:
    yield from head
    yield from _lines(text)


def _delimiter(head: list[str], columns: Columns) -> tuple[list[str], str]:
    """What the line `sep=` says, or what makes the most names of columns out of the header."""
    if head and (match := _SEP.fullmatch(head[0])) and match[1] != '"':
        return head[1:], match[1]
    return head, max(DELIMITERS, key=lambda delimiter: _names(head, delimiter, columns))


def _names(head: list[str], delimiter: str, columns: Columns) -> int:
    rows = csv.reader(head, delimiter=delimiter)
    most = 0
    try:
        for row in rows:
            most = max(most, columns.known(row))
    except csv.Error:
        pass  # the real reading says so
    return most
